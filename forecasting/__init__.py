"""Statistics and optimization on data frames: demand, safety stock, the transfer plan.

Belongs here: what can be computed from frames that are handed in, with `as_of` handed in too. Does not: reading a
warehouse or a company folder (`pipelines/`), what a number means in the warehouse (`dbt_project/`), decisions with
consequences (`inventory_core/`). Nothing here reads the clock, the environment or the network.

Where to start: `series.py` (sales rows become regular series), `demand.py` (series become a forecast with demand
paths), `transfer_plan.py` (forecast and stock become suggestions).
"""
