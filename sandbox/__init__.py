"""The world outside, for demo and tests. Imports nothing of ours; only the command line and tests start it."""
