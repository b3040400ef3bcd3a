"""Dagster definitions by business concept: assets, checks, schedules. Thin: the work is in functions elsewhere."""
