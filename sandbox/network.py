"""Where the seller of the sample works: warehouses, shops, lanes, suppliers' calendar, people and their rules.

Fixed, not drawn: a planner's screenshot of the sample is the same whatever the seed. Products and listings are
drawn in `catalog.py`; how long a given shipment really takes is drawn in `shipments.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Warehouse:
    """One place that holds stock in classes; `index` is its row in every array of the world."""

    index: int
    warehouse_id: str
    name: str
    kind: str
    country: str
    time_zone: str


@dataclass(frozen=True)
class Shop:
    """One shop; its sales are counted on its local dates."""

    index: int
    shop_id: str
    name: str
    channel: str
    country: str
    currency: str
    time_zone: str


@dataclass(frozen=True)
class Lane:
    """One way from a warehouse to another; lead time in days from ship date to the first count, costs in USD."""

    index: int
    origin: int
    destination: int
    mode: str
    carrier: str
    carrier_code: int
    lead_time_days: float
    lead_time_sd_days: float
    cost_per_kg: str
    cost_per_cbm: str
    cost_per_shipment: str
    capacity_units: int | None
    waybill_prefix: str


DOMESTIC, FBA_US, FBA_DE, US_3PL, DE_3PL = range(5)
AMAZON_US, AMAZON_DE, SHOPIFY = range(3)

WAREHOUSES = (
    Warehouse(DOMESTIC, "domestic", "深圳龙岗仓 Shenzhen Longgang", "domestic", "CN", "Asia/Shanghai"),
    Warehouse(FBA_US, "fba_us", "Amazon FBA US", "fba", "US", "America/Los_Angeles"),
    Warehouse(FBA_DE, "fba_de", "Amazon FBA Deutschland", "fba", "DE", "Europe/Berlin"),
    Warehouse(
        US_3PL, "us_3pl", "美西海外仓 Ontario CA (Pacific Crest 3PL)", "third_party", "US", "America/Los_Angeles"
    ),
    Warehouse(DE_3PL, "de_3pl", "德国海外仓 Duisburg (Rheinlager GmbH)", "third_party", "DE", "Europe/Berlin"),
)
SHOPS = (
    Shop(AMAZON_US, "amazon_us", "Lumivo on Amazon.com", "amazon", "US", "USD", "America/Los_Angeles"),
    Shop(AMAZON_DE, "amazon_de", "Lumivo auf Amazon.de", "amazon", "DE", "EUR", "Europe/Berlin"),
    Shop(SHOPIFY, "shopify", "lumivo.example", "shopify", "US", "USD", "America/New_York"),
)
LANES = (
    Lane(0, DOMESTIC, FBA_US, "sea", "美森快船 Matson CLX", 190510, 32, 5, "", "265", "85", None, "MATS"),
    Lane(1, DOMESTIC, FBA_US, "air", "云途空派 YunExpress Air", 190008, 12, 2.5, "6.20", "", "40", None, "YT"),
    Lane(2, DOMESTIC, FBA_US, "express", "UPS Worldwide Saver", 100002, 6, 1.2, "9.60", "", "25", 800, "1Z"),
    Lane(3, DOMESTIC, US_3PL, "sea", "COSCO 普船整柜", 190766, 36, 6, "", "168", "120", None, "COSU"),
    Lane(4, US_3PL, FBA_US, "truck", "FedEx Freight LTL", 100003, 5, 1.5, "", "72", "45", None, "PRO"),
    Lane(5, DOMESTIC, FBA_DE, "rail", "中欧班列 Yuxinou Rail", 190432, 28, 5, "", "238", "90", None, "YXOU"),
    Lane(6, DOMESTIC, FBA_DE, "air", "云途空派 YunExpress Air", 190008, 11, 2.5, "6.80", "", "40", None, "YT"),
    Lane(7, DOMESTIC, DE_3PL, "sea", "MSC 普船拼箱", 190671, 42, 7, "", "152", "110", None, "MSCU"),
)

# Suppliers close around the Chinese New Year; goods promised across it come about two and a half weeks late.
CHINESE_NEW_YEARS = tuple(
    date.fromisoformat(text)
    for text in ("2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26")
)

# login, name, e-mail, role, language, warehouses (none: all), shops (none: all)
PEOPLE = (
    ("planner", "林悦 Lin Yue", "lin.yue@lumivo.example", "planner", "zh", "", ""),
    ("supervisor", "Martin Schäfer", "martin.schaefer@lumivo.example", "supervisor", "en", "", ""),
    ("finance", "赵文静 Zhao Wenjing", "zhao.wenjing@lumivo.example", "finance", "zh", "", ""),
    ("warehouse", "陈志强 Chen Zhiqiang", "chen.zhiqiang@lumivo.example", "warehouse", "zh", "", ""),
    # Counts in California: may receive there, and not send from Shenzhen.
    ("warehouse_us", "Rosa Delgado", "rosa.delgado@lumivo.example", "warehouse", "en", "us_3pl;fba_us", ""),
    ("admin", "Alex Kim", "alex.kim@lumivo.example", "admin", "en", "", ""),
)

# rule, role, stage, from this value on, currency, from this margin on, currency, from this deviation on, mode,
# reminded after hours, escalated after hours, escalated to
APPROVAL_RULES = (
    ("every_order", "supervisor", 1, "", "", "", "", "", "", 24, 72, "admin"),
    ("large_orders", "finance", 1, "20000", "USD", "", "", "", "", 24, "", ""),
    ("air_freight", "finance", 1, "5000", "USD", "", "", "", "air", 24, "", ""),
    ("express_freight", "finance", 1, "2000", "USD", "", "", "", "express", 24, "", ""),
    ("much_margin_at_risk", "finance", 1, "", "", "50000", "USD", "", "", 24, "", ""),
    ("far_from_advice", "finance", 1, "", "", "", "", "0.5", "", 24, "", ""),
)
