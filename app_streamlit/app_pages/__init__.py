"""One file per page: layout only. What is shown comes from `view_models/`, what is done goes to `actions.py`."""
