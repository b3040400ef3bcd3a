"""When and in what order: connectors, landing, Dagster assets, checks, schedules and the command line.

Does not hold: rules with consequences (`inventory_core`), statistics (`forecasting`), what
numbers mean (`dbt_project`).
"""
