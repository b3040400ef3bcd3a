"""From files as they arrive to canonical raw tables: extraction, mapping, quarantine. Knows no Dagster."""
