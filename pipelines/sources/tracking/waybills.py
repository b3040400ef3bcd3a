"""What is to be tracked: the waybills that are on their way.

Belongs here: the value that a caller hands in. Does not: where it comes from (the core and the forwarder's list).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Waybill:
    """A number and, where known, the carrier as the tracking service calls it."""

    number: str
    carrier: str | None = None
