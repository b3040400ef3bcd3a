"""The long run of the core's hardest tests."""
