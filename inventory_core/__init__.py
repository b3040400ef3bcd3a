"""The system of record: rules with consequences. No clock, no network, no Dagster, no Streamlit."""
