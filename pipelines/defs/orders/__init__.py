"""The system of record beside the warehouse: its orders come in, the catalog goes out."""
