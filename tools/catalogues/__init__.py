"""Pages of the documentation that are lists of what the code holds."""
