"""Amazon's Selling Partner API, by Amazon's own models: one module per API, `account` for what they share.

Belongs here: paths, shapes and words of the models of August 2026, and what Amazon's documentation says of limits.
"""
