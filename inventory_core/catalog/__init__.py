"""The catalog: what the company sells, where it keeps goods and over which lanes they travel."""
