"""People: pages that show the published marts and send commands to the core. Never imports `pipelines`."""
