"""Home: what needs attention, as counts and money, for the roles of the person who looks.

Belongs here: queries and the cards they make. Does not: the pages that the cards lead to, nor the orders themselves
(`orders.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from app_streamlit.i18n import Language
from app_streamlit.i18n.words import ALERT_KINDS, SEVERITIES, word
from app_streamlit.view_models.deciding import Decider
from app_streamlit.view_models.discrepancies import open_ones
from app_streamlit.view_models.orders import waiting_for
from app_streamlit.view_models.query import Conditions, Query
from app_streamlit.view_models.receiving import arriving_at, expected
from app_streamlit.view_models.rows import day_of, first_row, rows_of
from inventory_core.access.model import Person
from inventory_core.money import total
from inventory_core.transfer_orders.model import Status, TransferOrder

URGENT_LIMIT = 25


@dataclass(frozen=True)
class Card:
    """One figure that leads to a page: `page` is the page's name, `query` what its filters are set to."""

    label: str
    count: int
    detail: str
    page: str
    query: tuple[tuple[str, str], ...]
    explanation: str


def alert_counts(scope: tuple[str, ...] | None = None) -> Query:
    """One row per kind of alert and currency: how many, how much money; in the reader's warehouses or about none."""
    alerts = _alerts_within(scope)
    return Query(
        f"""
        select alert_kind, count(*)::int as alert_count, sum(units)::double as units, sum(amount)::double as amount,
            max(currency) as currency
        from marts.fct_stock_alerts a {alerts.sql} group by alert_kind
        """,
        tuple(alerts.parameters),
    )


def counts(scope: tuple[str, ...] | None = None) -> Query:
    """One row: transfer and purchase suggestions and what they are worth, and how many rows were refused."""
    transfers, purchases = Conditions(), Conditions()
    transfers.within(("origin_id", "destination_id"), scope)
    purchases.within(("warehouse_id",), scope)
    return Query(
        f"""
        select t.*, p.*, (select count(*) from marts.fct_quarantined_rows)::int as refused_count
        from (
            select count(*)::int as transfer_count, sum(value_amount)::double as transfer_amount,
                max(value_currency) as transfer_currency
            from marts.fct_transfer_suggestions {transfers.sql}
        ) t
        cross join (
            select count(*)::int as purchase_count, sum(value_amount)::double as purchase_amount,
                max(value_currency) as purchase_currency
            from marts.fct_purchase_suggestions {purchases.sql}
        ) p
        """,
        (*transfers.parameters, *purchases.parameters),
    )


def _alerts_within(scope: tuple[str, ...] | None) -> Conditions:
    alerts = Conditions()
    if scope is not None:
        alerts.always("(a.warehouse_id is null or a.warehouse_id in (select unnest(?)))", scope)
    return alerts


def urgent(scope: tuple[str, ...] | None = None) -> Query:
    """The most severe alerts about goods; one row per alert."""
    alerts = _alerts_within(scope)
    alerts.always("a.alert_kind <> 'feed_refused_rows'")
    return Query(
        f"""
        select a.*, p.title from marts.fct_stock_alerts a left join marts.dim_products p using (sku)
        {alerts.sql}
        order by case a.severity when 'high' then 0 when 'medium' then 1 else 2 end,
            a.amount desc nulls last, a.alert_date nulls last, a.alert_id limit {URGENT_LIMIT}
        """,
        tuple(alerts.parameters),
    )


def feed_health() -> Query:
    """One row per feed and entity: rows read, accepted, skipped, refused, corrected."""
    return Query("select * from marts.fct_feed_health order by refused_rows desc, feed, entity")


def refused_rows() -> Query:
    """The first refused rows with the rule they broke."""
    return Query(
        """
        select feed, file, row_number, column_name, rule, message from marts.fct_quarantined_rows
        order by feed, file, row_number limit 200
        """
    )


def order_cards(everything: Sequence[TransferOrder], person: Person, decider: Decider, text: Language) -> list[Card]:
    """The cards about orders, for the roles of the person: what he decides, what he has begun."""
    found = []
    waiting = waiting_for(everything, decider)
    if decider.can_decide:
        found.append(
            Card(
                text("Orders that wait for me"),
                len(waiting),
                _value(waiting, text),
                "orders",
                (("status", "waiting"),),
                text("Submitted orders that you can approve or reject"),
            )
        )
    if {"planner", "admin"} & set(person.roles):
        mine = [order for order in everything if order.drafted_by == person.person_id]
        drafts = [order for order in mine if order.status is Status.DRAFT]
        submitted = [order for order in mine if order.status is Status.SUBMITTED]
        found.append(
            Card(
                text("My orders in approval"),
                len(submitted),
                _value(submitted, text),
                "orders",
                (("status", "submitted"),),
                text("Orders that you drafted and that wait for others"),
            )
        )
        if drafts:
            found.append(
                Card(
                    text("My drafts"),
                    len(drafts),
                    "",
                    "orders",
                    (("status", "draft"),),
                    text("Withdrawn or never submitted"),
                )
            )
    return found


def goods_cards(everything: Sequence[TransferOrder], parked: int, person: Person, text: Language) -> list[Card]:
    """The cards about goods on their way and what went wrong with them, for the roles of the person."""
    roles = set(person.roles)
    found = []
    if {"warehouse", "admin"} & roles:
        waiting = expected(arriving_at(everything, person.actor))
        found.append(
            Card(
                text("Shipments to receive"),
                len(waiting),
                "",
                "receiving",
                (),
                text("On their way or arrived, and not counted to the end"),
            )
        )
    if {"supervisor", "finance", "admin"} & roles:
        unexplained = open_ones(everything)
        units = sum(one.discrepancy.open_units for one in unexplained)
        found.append(
            Card(
                text("Unexplained discrepancies"),
                len(unexplained),
                text("{units} units", units=text.number(units)) if units else "",
                "discrepancies",
                (),
                text("What arrived differs from what left, and nobody said why yet"),
            )
        )
    if "admin" in roles and not person.actor.is_scoped:
        found.append(
            Card(
                text("Parked messages"),
                parked,
                "",
                "messages",
                (),
                text("Nobody could be told; they wait for you"),
            )
        )
    return found


def _value(orders: Sequence[TransferOrder], text: Language) -> str:
    values = [order.value for order in orders if order.value]
    return (
        text.money(total(values, currency=values[0].currency).amount, values[0].currency, whole=True) if values else ""
    )


def cards(alerts: pd.DataFrame, counted: pd.DataFrame, text: Language) -> list[Card]:
    """The cards about goods and feeds, with or without anything in them."""
    by_kind = {row["alert_kind"]: row for row in rows_of(alerts)}
    planned = first_row(counted)

    def of(kind: str, label: str, page: str, query: tuple[tuple[str, str], ...], explanation: str) -> Card:
        row = by_kind.get(kind)
        amount = text.money(row["amount"], row["currency"], whole=True) if row and row["currency"] else ""
        return Card(label, int(row["alert_count"]) if row else 0, amount, page, query, explanation)

    return [
        Card(
            text("Transfer suggestions"),
            int(planned["transfer_count"]),
            text.money(planned["transfer_amount"], planned["transfer_currency"], whole=True),
            "suggestions",
            (),
            text("Proposed by the newest plan, at cost"),
        ),
        Card(
            text("Purchase suggestions"),
            int(planned["purchase_count"]),
            text.money(planned["purchase_amount"], planned["purchase_currency"], whole=True),
            "suggestions",
            (("kind", "purchases"),),
            text("Proposed by the newest plan, at cost"),
        ),
        of(
            "below_safety_stock",
            text("Products below safety stock"),
            "stock",
            (("state", "below_safety_stock"),),
            text("Product × warehouse whose position is below the safety stock"),
        ),
        of(
            "stock_out_before_arrival",
            text("Stock-outs before arrival"),
            "stock",
            (("state", "stock_out_before_arrival"),),
            text("Will run out before anything that is on its way arrives"),
        ),
        of(
            "shipment_delayed",
            text("Delayed shipments"),
            "in_transit",
            (("delayed", "true"),),
            text("Expected later than planned"),
        ),
        Card(
            text("Refused rows"),
            int(planned["refused_count"]),
            "",
            "home",
            (),
            text("Rows that broke a rule and stand in quarantine, listed below"),
        ),
    ]


def currency_of(alerts: pd.DataFrame) -> str | None:
    """The currency of the alerts' amounts, which is the company's; None where no alert has an amount."""
    known = alerts["currency"].dropna()
    return None if known.empty else str(known.iloc[0])


def urgent_rows(frame: pd.DataFrame, text: Language) -> pd.DataFrame:
    """The alerts as they are read: severity, kind, message, alert_date, amount, title. Messages name the product."""
    return pd.DataFrame(
        {
            "severity": [word(text, SEVERITIES, code) for code in frame["severity"]],
            "kind": [word(text, ALERT_KINDS, code) for code in frame["alert_kind"]],
            "message": (frame["message_zh"] if text.code == "zh" else frame["message"]).to_list(),
            "alert_date": [day_of(value) for value in frame["alert_date"]],
            "amount": frame["amount"].astype("float64").to_list(),
            "title": frame["title"].fillna("").to_list(),
        }
    )
