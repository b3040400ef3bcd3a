"""The published copy."""
