"""The worker of the core's outbox, and whom it tells: people by Apprise, warehouses and shops by files.

Belongs here: settings of channels, the words that people get, senders, the loop. Knows no Dagster; `diaobo serve` runs
it beside the app, and a sensor sweeps up what it left. Does not belong here: what is told and in which order
(`inventory_core/outbox`), connectors of single vendors (`pipelines/sources`).
"""
