"""Forecast and plan."""
