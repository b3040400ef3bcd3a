"""Amazon's tracking (2026-01-30), asked by tracking number.

Belongs here: the call. Does not: Amazon's codes (`sources/tracking/amazon.py`), which numbers are asked for.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pipelines.sources.amazon.client import SellingPartner
from pipelines.sources.clock import iso
from pipelines.sources.errors import Rejected
from pipelines.sources.extracts import Answer
from pipelines.sources.pull import Pull


def pull_tracking(pull: Pull, amazon: SellingPartner) -> list[Path]:
    """Pages of getShipmentTracking for all that is on its way; a number that Amazon does not know says nothing."""
    shelf = pull.shelf("tracking")
    window = shelf.snapshot(pull.until, evening=pull.evening, token_lives=dt.timedelta())
    if window is None or not pull.waybills:
        return []
    part = shelf.part(window)
    part.restart()
    for waybill in pull.waybills:
        params = {"carrierTracking.trackingNumber": waybill.number}
        if waybill.carrier:
            params["carrierTracking.carrierCode"] = waybill.carrier
        try:
            answer = amazon.ask("getShipmentTracking", "/tracking/2026-01-30/shipments/track", params=params)
        except Rejected as error:
            if error.status != 404:
                raise
            answer = {"trackingDetail": None}
        asked: Answer = {"waybill": waybill.number}
        received_at = iso(shelf.clock.now())
        part.append({"operation": "getShipmentTracking", "asked": asked, "received_at": received_at, "answer": answer})
    return [part.finish()]
