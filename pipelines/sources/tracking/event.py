"""One thing that a carrier said about a shipment, in the words of ours and of his.

Belongs here: the event and the milestones. Does not: a carrier's codes (the modules beside this one), which event
counts (dbt).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pipelines.landing.fact_entities import MILESTONES

COLUMNS = (
    "waybill",
    "carrier",
    "original_code",
    "milestone",
    "place",
    "description",
    "event_at",
    "utc_offset",
    "first_seen_at",
    "is_forecast",
)


@dataclass(frozen=True)
class TrackingEvent:
    """What happened (or, for a forecast, will) where and when. `at` is the carrier's own text, with its offset."""

    waybill: str | None
    carrier: str | None
    original_code: str | None
    milestone: str
    at: str | None
    place: str | None = None
    description: str | None = None
    is_forecast: bool = False

    def __post_init__(self) -> None:
        if self.milestone not in MILESTONES:
            raise ValueError(f"{self.milestone} is no milestone")

    def row(self, *, first_seen_at: str | None) -> tuple[str | None, ...]:
        """As text, in the order of COLUMNS; a time that cannot be read stays as it came and is refused later."""
        instant, offset = in_utc(self.at)
        return (
            self.waybill,
            self.carrier,
            self.original_code,
            self.milestone,
            self.place,
            self.description,
            instant,
            offset,
            first_seen_at,
            str(self.is_forecast).lower(),
        )


def in_utc(text: str | None) -> tuple[str | None, str | None]:
    """An ISO time as (UTC, its offset); a date, or a time without an offset, as it is and without one."""
    if text is None:
        return None, None
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        return text, None
    if instant.tzinfo is None or len(text) == len("2026-11-02"):
        return text, None
    offset = instant.strftime("%z")
    return instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), f"{offset[:3]}:{offset[3:5]}"
