"""Why a suggestion is made, in English and Chinese, rendered from the numbers that stand in its row.

Belongs here: sentences. Does not: numbers that are in no column; what a reader cannot recompute is not said.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

MODES_ZH = {"sea": "海运", "air": "空运", "rail": "铁路", "express": "快递", "truck": "卡车"}


@dataclass(frozen=True)
class TransferFacts:
    """The numbers of one transfer suggestion that its reason speaks of; units, dates, money of `currency`.

    `coming_units` are on the way, `planned_units` in other suggestions of the same round.
    """

    kind: str
    mode: str
    slower_mode: str | None
    origin_id: str
    units: int
    wanted_units: int
    available_units: int
    coming_units: int
    planned_units: int
    later_units: int
    demand_until_next_arrival_units: float
    lost_before_units: float
    protection_units: float
    arrival_date: dt.date
    next_arrival_date: dt.date
    carton_units: int
    saved_units: float
    lost_sale_value: float | None
    extra_freight: float
    origin_available_units: int | None
    feeds: tuple[str, ...]
    currency: str | None


@dataclass(frozen=True)
class PurchaseFacts:
    """The numbers of one purchase suggestion that its reason speaks of."""

    units: int
    short_units: int
    position_units: int
    demand_units: float
    protection_units: float
    lead_time_days: int
    is_lead_time_assumed: bool
    moq_units: int
    need_by_date: dt.date
    expected_date: dt.date
    is_late: bool
    feeds: tuple[str, ...]


def _number(value: float) -> str:
    rounded = round(value, 1)
    return f"{rounded:,.0f}" if abs(rounded) >= 100 or rounded == int(rounded) else f"{rounded:,.1f}"


def transfer_reason(facts: TransferFacts) -> tuple[str, str]:
    """English and Chinese reason of a transfer."""
    english, chinese = _expedite(facts) if facts.kind == "expedite" else _replenish(facts)
    if facts.units != facts.wanted_units and facts.carton_units > 1:
        english += f" Packed in cartons of {facts.carton_units}."
        chinese += f"按每箱 {facts.carton_units} 件取整。"
    if facts.kind == "replenish_short":
        spare = "" if facts.origin_available_units is None else f" ({facts.origin_available_units} available there)"
        spare_zh = "" if facts.origin_available_units is None else f"（其可售 {facts.origin_available_units} 件）"
        english += f" {facts.wanted_units} were wanted; {facts.origin_id}{spare} or the lane could not give more."
        chinese += f"需要 {facts.wanted_units} 件；{facts.origin_id}{spare_zh}或线路运力不足。"
    return english, chinese


def _supply(facts: TransferFacts) -> tuple[str, str]:
    available, coming, planned = facts.available_units, facts.coming_units, facts.planned_units
    if not planned:
        return f"{available} available and {coming} on the way", f"可售 {available} 件，在途 {coming} 件"
    return (
        f"{available} available, {coming} on the way and {planned} in another suggestion of today",
        f"可售 {available} 件，在途 {coming} 件，今日另有建议 {planned} 件",
    )


def _replenish(facts: TransferFacts) -> tuple[str, str]:
    supply, supply_zh = _supply(facts)
    position = facts.available_units + facts.coming_units + facts.planned_units
    level = facts.demand_until_next_arrival_units - facts.lost_before_units + facts.protection_units
    lost = _number(facts.lost_before_units)
    missed = f", of which {lost} cannot be served before this arrives" if lost != "0" else ""
    missed_zh = f"（其中 {lost} 件在本次到货前已无法满足）" if lost != "0" else ""
    mode_zh = MODES_ZH.get(facts.mode, facts.mode)
    later = f" ({facts.later_units} more arrive later)" if facts.later_units else ""
    later_zh = f"（另有 {facts.later_units} 件更晚到货）" if facts.later_units else ""
    demand, protection = _number(facts.demand_until_next_arrival_units), _number(facts.protection_units)
    whole = f" (with {', '.join(facts.feeds)}, which it feeds)" if facts.feeds else ""
    whole_zh = f"（含其供货的 {'、'.join(facts.feeds)}）" if facts.feeds else ""
    english = (
        f"{supply} make {position}{whole}{later}. "
        f"Until the arrival after this one, {facts.next_arrival_date}, demand is {demand}{missed}; "
        f"with {protection} as protection {_number(level)} are wanted. "
        f"{facts.mode} is the cheapest mode that can serve, arriving {facts.arrival_date}."
    )
    chinese = (
        f"{supply_zh}，合计 {position} 件{whole_zh}{later_zh}。"
        f"到再下一次到货 {facts.next_arrival_date} 的需求为 {demand} 件{missed_zh}，"
        f"加保护量 {protection} 件，应有 {_number(level)} 件。"
        f"{mode_zh}是能供货的最便宜方式，{facts.arrival_date} 到货。"
    )
    return english, chinese


def _expedite(facts: TransferFacts) -> tuple[str, str]:
    slower = facts.slower_mode or ""
    money = f" {facts.currency}" if facts.currency else ""
    value = _number(facts.lost_sale_value or 0.0)
    planned_zh = f"及今日另有建议 {facts.planned_units} 件" if facts.planned_units else ""
    saved, extra = _number(facts.saved_units), _number(facts.extra_freight)
    english = (
        f"{_supply(facts)[0]} do not last until {slower} can arrive. "
        f"{facts.mode}, arriving {facts.arrival_date}, saves {saved} sales worth {value}{money} each "
        f"for {extra}{money} more freight a unit."
    )
    chinese = (
        f"可售 {facts.available_units} 件加在途 {facts.coming_units} 件{planned_zh}"
        f"撑不到{MODES_ZH.get(slower, slower)}到货。"
        f"{MODES_ZH.get(facts.mode, facts.mode)} {facts.arrival_date} 到货，可挽回 {saved} 件销售，"
        f"每件价值 {value}{money}，每件多付运费 {extra}{money}。"
    )
    return english, chinese


def purchase_reason(facts: PurchaseFacts) -> tuple[str, str]:
    """English and Chinese reason of a purchase."""
    whole = f" here and in {', '.join(facts.feeds)}" if facts.feeds else ""
    whole_zh = f"本仓及 {'、'.join(facts.feeds)} " if facts.feeds else ""
    assumed = " (assumed, the product names none)" if facts.is_lead_time_assumed else ""
    assumed_zh = "（商品未填，按默认）" if facts.is_lead_time_assumed else ""
    level = _number(facts.demand_units + facts.protection_units)
    demand, protection = _number(facts.demand_units), _number(facts.protection_units)
    english = (
        f"{facts.position_units} units{whole}, on the way and on open purchase orders. "
        f"Until a later purchase could arrive, demand that can be served is {demand}; with {protection} as protection "
        f"{level} are wanted, so {facts.short_units} are short. A purchase takes {facts.lead_time_days} days{assumed} "
        f"and arrives {facts.expected_date}; it is needed by {facts.need_by_date}."
    )
    chinese = (
        f"{whole_zh}现有、在途及未到采购合计 {facts.position_units} 件。到下一次采购能到货为止可满足的需求为 "
        f"{demand} 件，加保护量 {protection} 件，应有 {level} 件，"
        f"缺 {facts.short_units} 件。采购周期 {facts.lead_time_days} 天{assumed_zh}，{facts.expected_date} 到货；"
        f"最迟需在 {facts.need_by_date} 到货。"
    )
    if facts.is_late:
        english += " Even ordered today it comes too late: expect lost sales, or expedite."
        chinese += "即使今天下单也已偏晚：预计会缺货，或考虑加急。"
    if facts.units != facts.short_units:
        english += f" {facts.units} because of the supplier's minimum of {facts.moq_units} and whole cartons."
        chinese += f"按供应商最小起订量 {facts.moq_units} 件及整箱取 {facts.units} 件。"
    return english, chinese
