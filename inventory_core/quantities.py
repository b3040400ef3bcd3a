"""Units: whole sellable pieces of one product. Weights and volumes come with shipments, in a module of their own."""

from __future__ import annotations

from typing import NewType

from inventory_core.errors import Malformed

Units = NewType("Units", int)

# Far above any real transfer, far below the 2^63 at which a database column overflows even when lines are summed.
MAXIMUM_UNITS = 1_000_000_000


def check_units(value: object, *, name: str, minimum: int) -> None:
    """Raise Malformed unless `value` is a whole number of units from `minimum` on. 3.0 and True are no units."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise Malformed(f"{name} must be a whole number of units, not {value!r}")
    if not minimum <= value <= MAXIMUM_UNITS:
        raise Malformed(f"{name} must be between {minimum} and {MAXIMUM_UNITS}, not {value}")
