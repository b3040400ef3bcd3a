"""Carriers: whatever they call it, one event table. `registry.py` says how a further one is added."""
