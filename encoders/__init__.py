"""Fetches, exports and evaluates models; the product itself only runs what lies in a model's folder."""
