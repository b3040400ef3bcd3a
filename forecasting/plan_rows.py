"""Rows of a plan: decisions become the columns that marts and files know, each with its arithmetic and its reason.

Belongs here: columns, dates, money, identifiers of suggestions. Does not: decisions (`planning_round.py`,
`transfer_plan.py`), sentences (`reasons.py`).

The arithmetic of a transfer:
    position    = available + in transit + open orders + purchases + planned (by another mode in the same round)
    order-up-to = demand until the next arrival - what is lost before this one + protection
    units       = order-up-to - (position - later), in cartons, as far as origin and lane can give
where later units are those on the way that arrive after the arrival that follows this one.
For a warehouse that feeds others all of these count it and all that it feeds.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math

import numpy as np
import numpy.typing as npt
import polars as pl

from forecasting.planning_needs import Need, Shipment
from forecasting.planning_round import PlanningRound
from forecasting.planning_state import PLANNED, PlanningState
from forecasting.reasons import PurchaseFacts, TransferFacts, purchase_reason, transfer_reason

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_AMOUNT = pl.Decimal(18, 4)

TRANSFER_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "suggestion_id": pl.String,
    "as_of_date": pl.Date,
    "origin_id": pl.String,
    "destination_id": pl.String,
    "mode": pl.String,
    "sku": pl.String,
    "units": pl.Int64,
    "ship_date": pl.Date,
    "arrival_date": pl.Date,
    "available_units": pl.Int64,
    "in_transit_units": pl.Int64,
    "open_order_units": pl.Int64,
    "purchase_units": pl.Int64,
    "planned_units": pl.Int64,
    "position_units": pl.Int64,
    "later_units": pl.Int64,
    "demand_until_arrival_units": pl.Float64,
    "demand_until_next_arrival_units": pl.Float64,
    "expected_lost_before_arrival_units": pl.Float64,
    "protection_units": pl.Float64,
    "order_up_to_units": pl.Int64,
    "carton_units": pl.Int64,
    "origin_available_units": pl.Int64,
    "freight_amount": _AMOUNT,
    "freight_currency": pl.String,
    "value_amount": _AMOUNT,
    "value_currency": pl.String,
    "expected_lost_units_avoided": pl.Float64,
    "expected_benefit_amount": _AMOUNT,
    "reason_code": pl.String,
    "reason": pl.String,
    "reason_zh": pl.String,
}
PURCHASE_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "suggestion_id": pl.String,
    "as_of_date": pl.Date,
    "supplier_id": pl.String,
    "warehouse_id": pl.String,
    "sku": pl.String,
    "units": pl.Int64,
    "order_by_date": pl.Date,
    "need_by_date": pl.Date,
    "expected_date": pl.Date,
    "moq_units": pl.Int64,
    "purchase_lead_time_days": pl.Int64,
    "short_units": pl.Int64,
    "value_amount": _AMOUNT,
    "value_currency": pl.String,
    "reason_code": pl.String,
    "reason": pl.String,
    "reason_zh": pl.String,
}


def suggestion_id(*parts: object) -> str:
    """The same suggestion on the same day has the same id, in every run and on every machine."""
    return hashlib.sha256("|".join(str(part) for part in parts).encode()).hexdigest()[:16]


def _frame(
    rows: list[dict[str, object]], columns: dict[str, pl.DataType | type[pl.DataType]], *, keys: list[str]
) -> pl.DataFrame:
    floats = {name: pl.Float64 if kind == _AMOUNT else kind for name, kind in columns.items()}
    frame = pl.DataFrame([{name: row[name] for name in columns} for row in rows], schema=floats)
    amounts = [pl.col(name).round(4).cast(_AMOUNT) for name, kind in columns.items() if kind == _AMOUNT]
    return frame.with_columns(amounts).sort(keys)


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def transfer_rows(
    shipments: list[Shipment], *, opening: PlanningState, books: PlanningRound, as_of: dt.date, currency: str | None
) -> pl.DataFrame:
    """One row per shipment and node, columns TRANSFER_COLUMNS.

    Args:
        shipments: what the round decided.
        opening: stock and supplies before anything was promised.
        books: rules and network.
        as_of: the day on which everything ships.
        currency: of all amounts.
    """
    rows = [row for shipment in shipments for row in _of_shipment(shipment, opening, books, as_of, currency)]
    return _frame(rows, TRANSFER_COLUMNS, keys=["origin_id", "destination_id", "mode", "sku"])


def _of_shipment(
    shipment: Shipment, opening: PlanningState, books: PlanningRound, as_of: dt.date, currency: str | None
) -> list[dict[str, object]]:
    need, lane = shipment.need, books.network.lanes[shipment.need.lane]
    nodes, sku, window = need.nodes, opening.sku[need.nodes], need.window
    total = {kind: books.with_below(nodes, units.astype(np.float64)) for kind, units in opening.supply.items()}
    available = books.with_below(nodes, opening.available.astype(np.float64))
    position = need.available + need.due + need.later
    total[PLANNED] = position - available - sum(total.values(), start=np.zeros(len(nodes)))
    coming = books.with_below(nodes, opening.arrivals)[:, : window.end].sum(axis=1).astype(np.int64)
    mean = books.with_below(nodes, opening.mean)
    until, until_next = mean[:, : window.arrival].sum(axis=1), mean[:, : window.end].sum(axis=1)
    order_up_to = need.order_up_to
    freight = books.network.freight[need.lane, sku]
    unit_cost, unit_price = books.products.unit_cost[sku], books.products.unit_price[sku]
    value = books.policy.lost_sale_values(unit_cost=unit_cost, unit_price=unit_price)
    is_cost_known = need.economics.holding > 0
    slower = books.network.lanes[shipment.slower_lane] if shipment.slower_lane >= 0 else None
    slower_freight = books.network.freight[shipment.slower_lane, sku] if slower else freight
    benefit = np.where(
        is_cost_known | (shipment.kind == "expedite"), shipment.gain, shipment.saved_units * (value - freight)
    )
    arrival = as_of + dt.timedelta(days=math.ceil(lane.lead_time_days))
    rows: list[dict[str, object]] = []
    for place, node in enumerate(nodes.tolist()):
        units = int(shipment.units[place])
        is_short = shipment.kind == "replenish" and units < int(need.target[place])
        code = "replenish_short" if is_short else shipment.kind
        name = opening.nodes["sku"][node]
        origin_units = int(shipment.origin_units[place])
        lost = float(need.lost_before[place])
        protection = float(order_up_to[place] - until_next[place]) + lost
        row: dict[str, object] = {
            "suggestion_id": suggestion_id(as_of, lane.origin_id, lane.destination_id, lane.mode, name),
            "as_of_date": as_of,
            "origin_id": lane.origin_id,
            "destination_id": lane.destination_id,
            "mode": lane.mode,
            "sku": name,
            "units": units,
            "ship_date": as_of,
            "arrival_date": arrival,
            "available_units": int(available[place]),
            **{f"{kind}_units": int(counted[place]) for kind, counted in total.items()},
            "position_units": int(position[place]),
            "later_units": int(need.later[place]),
            "demand_until_arrival_units": round(float(until[place]), 2),
            "demand_until_next_arrival_units": round(float(until_next[place]), 2),
            "expected_lost_before_arrival_units": round(lost, 2),
            "protection_units": round(protection, 2),
            "order_up_to_units": int(order_up_to[place]),
            "carton_units": int(need.carton_units[place]),
            "origin_available_units": origin_units if origin_units >= 0 else None,
            "freight_amount": units * float(freight[place]),
            "freight_currency": currency,
            "value_amount": _known(units * float(unit_cost[place])),
            "value_currency": currency,
            "expected_lost_units_avoided": round(float(shipment.saved_units[place]), 2),
            "expected_benefit_amount": _known(float(benefit[place])),
            "reason_code": code,
        }
        facts = TransferFacts(
            kind=code,
            mode=lane.mode,
            slower_mode=slower.mode if slower else None,
            origin_id=lane.origin_id,
            units=units,
            wanted_units=int(need.target[place]) if is_short else max(int(need.wanted[place]), 0),
            available_units=int(need.available[place]),
            coming_units=int(coming[place]),
            planned_units=int(need.due[place] - coming[place]),
            later_units=int(need.later[place]),
            demand_until_next_arrival_units=float(until_next[place]),
            lost_before_units=lost,
            protection_units=protection,
            arrival_date=arrival,
            next_arrival_date=as_of + dt.timedelta(days=window.end * opening.period_days),
            carton_units=int(need.carton_units[place]),
            saved_units=float(shipment.saved_units[place]),
            lost_sale_value=_known(float(value[place])),
            extra_freight=float(freight[place] - slower_freight[place]),
            origin_available_units=origin_units if origin_units >= 0 else None,
            feeds=tuple(books.fed_by(nodes)),
            currency=currency,
        )
        row["reason"], row["reason_zh"] = transfer_reason(facts)
        rows.append(row)
    return rows


def purchase_rows(needs: list[Need], *, books: PlanningRound, as_of: dt.date, currency: str | None) -> pl.DataFrame:
    """One row per source warehouse and product that lacks units and must be ordered before the next review.

    need_by_date is the day from which stock-outs become likelier than the policy allows, less the travel to
    where it is sold; order_by_date is that less the purchase lead time, and never before `as_of`.
    """
    rows: list[dict[str, object]] = []
    for need in needs:
        nodes = need.nodes
        if not (need.wanted > 0).any():
            continue
        sku = books.state.sku[nodes]
        onward = books.onward_days(nodes)
        lead = books.purchase_lead_time(nodes)
        breach = books.dry_periods(nodes, chance=1.0 - _protection_level(nodes, books=books))
        until_next = books.with_below(nodes, books.state.mean)[:, : need.window.end].sum(axis=1)
        for place in np.flatnonzero(need.wanted > 0).tolist():
            short = int(need.wanted[place])
            carton, moq = int(books.products.carton_units[sku[place]]), int(books.products.moq_units[sku[place]])
            units = -(-max(short, moq) // carton) * carton
            days = math.ceil(lead[place])
            need_by = as_of + dt.timedelta(
                days=math.floor(int(breach[place]) * books.state.period_days - onward[place])
            )
            order_by = need_by - dt.timedelta(days=days)
            if order_by >= as_of + dt.timedelta(days=books.policy.review_days):
                continue
            name = books.state.nodes["sku"][int(nodes[place])]
            warehouse_id = str(books.state.warehouse[nodes[place]])
            facts = PurchaseFacts(
                units=units,
                short_units=short,
                position_units=int(need.available[place] + need.due[place]),
                demand_units=float(until_next[place] - need.lost_before[place]),
                protection_units=float(need.order_up_to[place] - until_next[place] + need.lost_before[place]),
                lead_time_days=days,
                is_lead_time_assumed=not math.isfinite(books.products.purchase_lead_time_days[sku[place]]),
                moq_units=moq,
                need_by_date=max(need_by, as_of),
                expected_date=as_of + dt.timedelta(days=days),
                is_late=order_by < as_of,
                feeds=tuple(books.fed_by(nodes)),
            )
            english, chinese = purchase_reason(facts)
            rows.append(
                {
                    "suggestion_id": suggestion_id(as_of, "purchase", warehouse_id, name),
                    "as_of_date": as_of,
                    "supplier_id": books.products.supplier_ids[sku[place]],
                    "warehouse_id": warehouse_id,
                    "sku": name,
                    "units": units,
                    "order_by_date": max(order_by, as_of),
                    "need_by_date": facts.need_by_date,
                    "expected_date": facts.expected_date,
                    "moq_units": moq,
                    "purchase_lead_time_days": days,
                    "short_units": short,
                    "value_amount": _known(units * float(books.products.unit_cost[sku[place]])),
                    "value_currency": currency,
                    "reason_code": "network_short_late" if facts.is_late else "network_short",
                    "reason": english,
                    "reason_zh": chinese,
                }
            )
    return _frame(rows, PURCHASE_COLUMNS, keys=["warehouse_id", "sku"])


def _protection_level(nodes: Integers, *, books: PlanningRound) -> Floats:
    sku = books.state.sku[nodes]
    return books.policy.protection_level(
        unit_cost=books.products.unit_cost[sku], unit_price=books.products.unit_price[sku], freight=np.zeros(len(sku))
    )
