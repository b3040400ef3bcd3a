"""The world that lives on after its history: a clock that only a command moves, and everything that may be told to it.

Belongs here: the physics of the days to come (`world`, `demand`, `selling`), what shops, warehouses and Amazon keep
about them (`warehouse_orders`, `warehouse_arrivals`, `inbound_plans`, `fba_inbound`, `bulk_storage`), the commands and
their journal (`simulation`, `journal`) and the world's own ledger (`ledger`). Does not belong here: HTTP, tokens,
limits and faults of the vendors' servers, which are `sandbox/servers/`.
"""
