"""Connectors: what asks the vendors' systems and puts their answers where a feed reads them.

Belongs here: talking (sessions, pacing, credentials), asking each vendor for each dataset, writing extracts, and the
calls that go out. Does not: Dagster (`pipelines/defs/feeds`), what the answers mean (mappings), landing
(`pipelines/landing`). docs/adr/0012 says why an extract is a file that a feed reads.
"""
