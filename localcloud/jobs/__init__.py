"""Managed jobs that the local engine lacks, run here by the same entry points and payloads."""
