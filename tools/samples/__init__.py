"""Pictures of every format and variant that we take, made by code."""
