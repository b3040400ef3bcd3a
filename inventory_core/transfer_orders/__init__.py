"""Transfer orders: from draft to decision."""
