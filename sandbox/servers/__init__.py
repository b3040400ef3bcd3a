"""Local servers that speak the vendors' protocols in front of one living world.

Belongs here: HTTP, tokens, limits, faults, and each vendor's words (`amazon/`, `shopify/`, `gwms.py`,
`seventeen_track.py`), written from the vendors' own specifications alone. Does not belong here: what is true
(`sandbox/living/`), nor anything of the connectors that call these servers.
"""
