"""Approvals: rules kept as data, and the chain of roles that an order needs a yes of."""
