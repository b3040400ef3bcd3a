"""Measurements of speed and of cost against peers; `python -m tests.benchmarks` prints them as one table."""
