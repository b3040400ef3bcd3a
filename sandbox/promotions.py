"""The promotions calendar: sales events of the channels and coupons of single products, past and planned.

Belongs here: which listings are cheaper on which days, and by how much. What customers make of it: `demand.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from sandbox.catalog import Catalog
from sandbox.network import AMAZON_DE, AMAZON_US, SHOPIFY
from sandbox.parameters import Parameters

PLANNED_DAYS = 60  # how far ahead the seller has filled his calendar


@dataclass(frozen=True)
class Promotion:
    """`start_day` and `end_day` are both included; no products means every product of the shop."""

    promotion_id: str
    name: str
    shop: int
    products: tuple[int, ...]
    start_day: int
    end_day: int
    discount_share: float
    uplift: float


def _black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 22)


def _events(year: int) -> list[tuple[str, str, int, date, int, float, float, float]]:
    """(id, name, shop, first date, days, discount, uplift, share of the shop's products) of one year."""
    friday = _black_friday(year)
    prime = date(year, 7, 8) + timedelta(days=(1 - date(year, 7, 8).weekday()) % 7)
    return [
        (f"PRIME-US-{year}", "Prime Day", AMAZON_US, prime, 4, 0.25, 3.0, 0.4),
        (f"PRIME-DE-{year}", "Prime Day", AMAZON_DE, prime, 4, 0.22, 2.6, 0.4),
        (f"BFCM-US-{year}", "Black Friday Week", AMAZON_US, friday - timedelta(days=3), 7, 0.2, 2.2, 1.0),
        (f"BFCM-DE-{year}", "Black Friday Woche", AMAZON_DE, friday - timedelta(days=4), 8, 0.18, 2.0, 1.0),
        (f"BFCM-SHOP-{year}", "BFCM sitewide", SHOPIFY, friday, 4, 0.25, 2.8, 1.0),
        (f"SPRING-US-{year}", "Big Spring Sale", AMAZON_US, date(year, 3, 25), 7, 0.15, 1.7, 0.3),
        (f"SPRING-DE-{year}", "Frühlingsangebote", AMAZON_DE, date(year, 3, 25), 7, 0.15, 1.6, 0.3),
        (f"PBDD-US-{year}", "Prime Big Deal Days", AMAZON_US, date(year, 10, 7), 2, 0.2, 2.3, 0.35),
        (f"SUMMER-SHOP-{year}", "Summer sale", SHOPIFY, date(year, 6, 15), 7, 0.2, 1.8, 0.5),
        (f"DOUBLE11-SHOP-{year}", "双十一 11.11 flash", SHOPIFY, date(year, 11, 11), 1, 0.15, 1.6, 0.5),
    ]


def plan_promotions(catalog: Catalog, *, parameters: Parameters) -> tuple[Promotion, ...]:
    """Channels' events and about two coupons a year and product, from the first day to `PLANNED_DAYS` ahead."""
    rng = parameters.chance("promotions")
    last_day = parameters.days - 1 + PLANNED_DAYS
    in_shop: dict[int, list[int]] = {shop: [] for shop in (AMAZON_US, AMAZON_DE, SHOPIFY)}
    for listing in catalog.listings:
        if len(listing.parts) == 1 and listing.parts[0][0] not in in_shop[listing.shop]:
            in_shop[listing.shop].append(listing.parts[0][0])
    promotions = []
    for year in range(parameters.first_date.year, parameters.date_of(last_day).year + 1):
        for promotion_id, name, shop, first, days, discount, uplift, share in _events(year):
            start = parameters.day_of(first)
            members = np.array(in_shop[shop])
            chosen = () if share == 1.0 else tuple(int(at) for at in members[rng.random(len(members)) < share])
            if start >= 0 and start + days - 1 <= last_day and (chosen or share == 1.0):
                end = start + days - 1
                promotions.append(Promotion(promotion_id, name, shop, chosen, start, end, discount, uplift))
    coupons = round(parameters.days / 365 * 2 * parameters.products)
    for number in range(coupons):
        shop = int(rng.integers(3))
        product = int(rng.choice(np.array(in_shop[shop])))
        start = int(rng.integers(0, last_day - 7))
        discount = float(rng.choice([0.1, 0.15, 0.2]))
        end = start + int(rng.integers(5, 9)) - 1
        uplift = 1 + discount * 4
        promotions.append(
            Promotion(f"CPN-{number + 1:04d}", "Coupon 优惠券", shop, (product,), start, end, discount, uplift)
        )
    return tuple(sorted(promotions, key=lambda promotion: (promotion.start_day, promotion.promotion_id)))
