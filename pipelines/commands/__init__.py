"""Commands of `diaobo`, one module each; the list is in `pipelines/cli.py`."""
