"""The stock ledger: where every unit is, as the sum of movements that are only ever added to."""
