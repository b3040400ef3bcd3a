"""What arrives: files are landed, landed rows become the tables of schema `raw`."""
