"""Broken files by the thousand, through the pipeline's own handlers."""
