"""The words for codes: statuses, modes, milestones, roles, kinds. The glossary's words and no others.

Belongs here: what a code of the marts or of the core is called on the screen. Does not: sentences (the pages' own) and
names that the company gives (products, warehouses, shops).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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
    "receiving": marked("Being received"),
    "closed": marked("Closed"),
}
SHIPMENT_STATUSES = {
    "planned": marked("Planned"),
    "dispatched": marked("On its way"),
    "arrived": marked("Arrived"),
    "received": marked("Received"),
    "cancelled": marked("Cancelled"),
}
# Every event of an order's journal: history is read by people, so no event may show its class's name.
ORDER_EVENTS = {
    "TransferOrderDrafted": marked("Drafted"),
    "TransferOrderChanged": marked("Changed"),
    "TransferOrderSubmitted": marked("Submitted for approval"),
    "TransferOrderStepApproved": marked("Approval given"),
    "TransferOrderApproved": marked("Approved"),
    "TransferOrderRejected": marked("Rejected"),
    "TransferOrderWithdrawn": marked("Withdrawn into draft"),
    "TransferOrderCancelled": marked("Cancelled"),
    "TransferOrderRestCancelled": marked("Rest cancelled"),
    "ShipmentPlanned": marked("Shipment planned"),
    "ShipmentDispatched": marked("Shipment dispatched"),
    "ShipmentCancelled": marked("Shipment cancelled"),
    "MilestoneRecorded": marked("Milestone recorded"),
    "ShipmentArrived": marked("Shipment arrived"),
    "ReceiptRecorded": marked("Receipt recorded"),
    "ShipmentReceived": marked("Receiving completed"),
    "DiscrepancyResolved": marked("Discrepancy resolved"),
    "TransferOrderClosed": marked("Closed"),
    "TransferOrderReopened": marked("Reopened"),
    "ApprovalReminded": marked("Reminded of the approval"),
    "ApprovalEscalated": marked("Approval escalated"),
    "TransferOrderApprovedByRule": marked("Approved by rule"),
    "TransferOrderCommented": marked("Commented"),
}
DISCREPANCY_KINDS = {
    "short": marked("Short received"),
    "over": marked("Over"),
    "damaged": marked("Damaged"),
    "wrong_product": marked("Wrong product"),
}
RESOLUTIONS = {
    "lost": marked("Lost on the way"),
    "damaged": marked("Damaged on the way"),
    "miscounted_at_origin": marked("Miscounted at the origin"),
    "miscounted_at_destination": marked("Miscounted at the destination"),
    "claim_carrier": marked("Claim against the carrier"),
    "claim_fba": marked("Claim against FBA"),
    "found_later": marked("Lost before, found now"),
    "unexplained": marked("Unexplained"),
    "within_tolerance": marked("Within tolerance"),
}
CONDITIONS = {
    "good": marked("Good"),
    "damaged": marked("Damaged"),
}
MESSAGE_STATES = {
    "pending": marked("Waiting"),
    "parked": marked("Parked"),
    "delivered": marked("Delivered"),
    "discarded": marked("Discarded"),
}
CHANNELS = {
    "people": marked("People"),
    "origin": marked("Origin warehouse"),
    "destination": marked("Destination warehouse"),
    "shops": marked("Shops"),
}
MESSAGE_KINDS = {
    "approval_requested": marked("Approval requested"),
    "approval_reminder": marked("Approval reminder"),
    "approval_escalated": marked("Approval escalated"),
    "commented": marked("Commented"),
    "approved": marked("Approved"),
    "rejected": marked("Rejected"),
    "withdrawn": marked("Withdrawn"),
    "cancelled": marked("Cancelled"),
    "reopened": marked("Reopened"),
    "outbound_order": marked("Outbound order"),
    "outbound_order_cancelled": marked("Outbound order cancelled"),
    "inbound_announced": marked("Arrival announced"),
    "stock_arrived": marked("Stock arrived"),
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
    "released": marked("Released by customs"),
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
    "operator": marked("Operator"),
}
# Who no person is: the rule that decides, and the jobs at the machine itself.
NO_PERSON = {
    "rule": marked("The rule"),
    "operator": marked("Diaobo itself"),
}
DELEGATION_STATES = {
    "in_force": marked("In force"),
    "to_come": marked("To come"),
    "over": marked("Ended"),
    "revoked": marked("Revoked"),
}
TOKEN_STATES = {
    "usable": marked("Usable"),
    "expired": marked("Expired"),
    "revoked": marked("Revoked"),
}
# What a token may be narrowed to.
COMMANDS = {
    "DraftTransferOrder": marked("Draft an order"),
    "ChangeTransferOrder": marked("Change an order"),
    "SubmitTransferOrder": marked("Submit an order"),
    "WithdrawTransferOrder": marked("Withdraw an order"),
    "CancelTransferOrder": marked("Cancel an order"),
    "ApproveTransferOrder": marked("Approve an order"),
    "RejectTransferOrder": marked("Reject an order"),
    "CommentOnTransferOrder": marked("Comment on an order"),
    "DelegateApproval": marked("Delegate approvals"),
    "RevokeDelegation": marked("Revoke a delegation"),
    "PressForDecisions": marked("Remind of decisions"),
    "PlanShipment": marked("Plan a shipment"),
    "DispatchShipment": marked("Dispatch a shipment"),
    "CancelShipment": marked("Cancel a shipment"),
    "RecordMilestone": marked("Record milestones"),
    "RecordReceipt": marked("Record a receipt"),
    "CompleteReceiving": marked("Complete receiving"),
    "ResolveDiscrepancy": marked("Explain a discrepancy"),
    "CloseTransferOrder": marked("Close an order"),
    "ReopenTransferOrder": marked("Reopen an order"),
    "SetReceivingRules": marked("Set receiving rules"),
    "SetOpeningStock": marked("Enter opening stock"),
    "CountStock": marked("Count stock"),
    "MoveStock": marked("Move stock"),
    "ReceivePurchase": marked("Receive purchases"),
    "ReleaseMessage": marked("Release messages"),
    "DiscardMessage": marked("Discard messages"),
    "AddressMessage": marked("Address messages"),
    "RegisterCatalog": marked("Register master data"),
    "SetApprovalRules": marked("Set approval rules"),
    "SetApprovalPolicy": marked("Set the approval policy"),
    "AddPerson": marked("Add people"),
    "EnsurePeople": marked("Add the people of the sheet"),
    "ChangePerson": marked("Change people"),
    "DisablePerson": marked("Close accounts"),
    "EnablePerson": marked("Open accounts again"),
    "ResetPassword": marked("Reset passwords"),
    "ChangePassword": marked("Change the own password"),
    "IssueToken": marked("Issue tokens"),
    "RevokeToken": marked("Revoke tokens"),
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


def who(login: str | None, people: Mapping[str, str], text: Language) -> str:
    """A person by his name; empty for nobody."""
    if not login:
        return ""
    return people[login] if login in people else word(text, NO_PERSON, login)


def roles_in_words(roles: Iterable[str], text: Language) -> str:
    """Roles by their words, in one line."""
    return ", ".join(word(text, ROLES, role) for role in roles)


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
