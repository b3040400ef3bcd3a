"""The words for codes: statuses, modes, milestones, roles, kinds. The glossary's words and no others.

Belongs here: what a code of the marts or of the core is called on the screen. Does not: sentences (the pages' own) and
names that the company gives (products, warehouses, shops).
"""

from __future__ import annotations

from collections.abc import Mapping

from app_streamlit.i18n import Language, is_absent, marked

ORDER_STATUSES = {
    "draft": marked("Draft"),
    "submitted": marked("Submitted"),
    "approved": marked("Approved"),
    "rejected": marked("Rejected"),
    "withdrawn": marked("Withdrawn"),
    "cancelled": marked("Cancelled"),
    "picking": marked("Picking"),
    "in_transit": marked("In transit"),
    "receiving": marked("Receiving"),
    "closed": marked("Closed"),
}
MODES = {
    "sea": marked("Sea"),
    "air": marked("Air"),
    "rail": marked("Rail"),
    "express": marked("Express"),
    "truck": marked("Truck"),
}
MILESTONES = {
    "picked_up": marked("Picked up"),
    "departed": marked("Departed"),
    "arrived_in_port": marked("Arrived in port"),
    "in_customs": marked("In customs"),
    "customs_released": marked("Released by customs"),
    "out_for_delivery": marked("Out for delivery"),
    "delivered": marked("Delivered"),
    "exception": marked("Exception"),
    "other": marked("Other"),
}
ROLES = {
    "viewer": marked("Viewer"),
    "planner": marked("Planner"),
    "supervisor": marked("Supervisor"),
    "finance": marked("Finance"),
    "warehouse": marked("Warehouse"),
    "admin": marked("Administrator"),
}
STOCK_CLASSES = {
    "available_units": marked("Available"),
    "reserved_units": marked("Reserved"),
    "unfulfillable_units": marked("Unfulfillable"),
    "researching_units": marked("Researching"),
    "in_transit_units": marked("In transit"),
}
ALERT_KINDS = {
    "below_safety_stock": marked("Below safety stock"),
    "stock_out_before_arrival": marked("Stock-out before arrival"),
    "feed_refused_rows": marked("Refused rows"),
    "shipment_delayed": marked("Delayed shipment"),
    "stock_unknown": marked("Stock unknown"),
}
SEVERITIES = {
    "high": marked("High"),
    "medium": marked("Medium"),
}


def word(text: Language, codes: dict[str, str], code: object) -> str:
    """The word for a code; the code itself where a newer pipeline brought one that the app does not know."""
    if is_absent(code):
        return "–"
    return text(codes[str(code)]) if str(code) in codes else str(code)


def place(name: object, identifier: object) -> str:
    """A warehouse by its name, else by its id."""
    return str(name) if isinstance(name, str) and name else str(identifier)


def lane(row: Mapping[str, object], text: Language) -> str:
    """A lane in words, from a row with names and ids of origin and destination: origin → destination · mode."""
    origin = place(row["origin_name"], row["origin_id"])
    destination = place(row["destination_name"], row["destination_id"])
    return f"{origin} → {destination} · {word(text, MODES, row['mode'])}"


def short_lane(row: Mapping[str, object], text: Language) -> str:
    """The same with ids, for the column of a table: names in two languages would fill it."""
    return f"{row['origin_id']} → {row['destination_id']} · {word(text, MODES, row['mode'])}"
