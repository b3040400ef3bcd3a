"""Receiving: what was counted at the destination, and why it differs from what left."""
