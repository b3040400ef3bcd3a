"""How the tables came to be, step by step. Steps never import `tables.py`: they must not change when it does."""
