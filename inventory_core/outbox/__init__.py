"""The outbox: what others must be told, written with the command that caused it, delivered afterwards."""
