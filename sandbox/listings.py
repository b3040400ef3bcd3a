"""Listings: which shop sells which product, at what price, from which warehouse; bundles and packs.

Belongs here: drawing them. What a product is stands in `catalog.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sandbox.network import AMAZON_DE, AMAZON_US, DE_3PL, FBA_DE, FBA_US, SHOPIFY, US_3PL
from sandbox.parameters import Parameters

if TYPE_CHECKING:
    from sandbox.catalog import Product

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
_PHRASES_EN = (
    "Premium Quality, Easy to Clean, Perfect Gift for Family and Friends",
    "Durable and Portable, Ideal for Home, Travel and Office",
    "Upgraded Version with 2-Year Warranty",
    *("BPA Free", "", "", "", ""),
)
_PHRASES_DE = (
    "hochwertig und langlebig, ideal als Geschenk für Familie und Freunde",
    "platzsparend, für Zuhause, Büro und unterwegs, mit deutscher Anleitung",
    "verbesserte Version mit 2 Jahren Garantie",
    *("", "", "", ""),
)


@dataclass(frozen=True)
class Listing:
    """A product, pack or bundle as one shop sells it.

    `parts` are (product index, units) that leave `warehouse` for one unit of the listing; `daily_orders` is the mean
    of orders a day in an average week; `own_stock` says that the warehouse counts the stock under this listing
    (an FBA listing with its own FNSKU; virtual bundles have none).
    """

    index: int
    shop: int
    seller_sku: str
    parts: tuple[tuple[int, int], ...]
    warehouse: int
    asin: str
    fnsku: str
    title: str
    price_cents: int
    daily_orders: float
    launch_day: int
    end_day: int
    season: str
    own_stock: bool

    @property
    def is_bundle(self) -> bool:
        """More than one product in it."""
        return len(self.parts) > 1


class _Draft:
    """Collects listings and hands out indexes, ASINs and FNSKUs."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.listings: list[Listing] = []
        self.asin_of: dict[tuple[int, ...], str] = {}

    def code(self, prefix: str, length: int) -> str:
        """An identifier as Amazon gives them."""
        return prefix + "".join(_LETTERS[int(at)] for at in self.rng.integers(0, len(_LETTERS), length))

    def add(
        self,
        parts: list[tuple[Product, int]],
        *,
        shop: int,
        warehouse: int,
        seller_sku: str,
        title: str,
        price_cents: int,
        share: float,
    ) -> None:
        """One more listing; `share` of the first product's popularity is its daily orders."""
        on_amazon = shop in (AMAZON_US, AMAZON_DE)
        indexes = tuple(product.index for product, _ in parts)
        asin = self.asin_of.setdefault(indexes, self.code("B0", 8)) if on_amazon else ""
        own_stock = on_amazon and warehouse in (FBA_US, FBA_DE) and len(parts) == 1
        self.listings.append(
            Listing(
                index=len(self.listings),
                shop=shop,
                seller_sku=seller_sku,
                parts=tuple((product.index, units) for product, units in parts),
                warehouse=warehouse,
                asin=asin,
                fnsku=self.code("X00", 7) if own_stock else "",
                title=title,
                price_cents=price_cents,
                daily_orders=parts[0][0].popularity * share,
                launch_day=max(product.launch_day for product, _ in parts),
                end_day=min(product.end_day for product, _ in parts),
                season=parts[0][0].season,
                own_stock=own_stock,
            )
        )


def draw_listings(products: tuple[Product, ...], *, parameters: Parameters) -> tuple[Listing, ...]:
    """Every product in one to three shops, then packs and bundles of what a shop sells anyway."""
    draft = _Draft(parameters.chance("listings"))
    rng = draft.rng
    for product in products:
        # The first product is sold everywhere, so that even a tiny company has three shops at work.
        in_us, in_de, in_shop = (rng.random(3) < (0.78, 0.6, 0.5)) | (product.index == 0)
        in_us = in_us or not (in_de or in_shop)
        if in_us:
            _list_in_us(draft, product)
        if in_de:
            _list_in_de(draft, product)
        if in_shop:
            _list_in_own_shop(draft, product)
    _bundle(draft, products)
    return tuple(draft.listings)


def _list_in_us(draft: _Draft, product: Product) -> None:
    legacy = draft.rng.random() < 0.2  # sellers who started early have SKUs that Amazon made up
    code = draft.code("", 10)
    phrase = _PHRASES_EN[int(draft.rng.integers(len(_PHRASES_EN)))]
    draft.add(
        [(product, 1)],
        shop=AMAZON_US,
        warehouse=FBA_US,
        seller_sku=f"{code[:2]}-{code[2:6]}-{code[6:]}" if legacy else f"{product.sku}-US",
        title=", ".join(filter(None, (f"LUMIVO {product.name_en} {product.variant}", phrase))),
        price_cents=product.price_usd_cents,
        share=0.55,
    )


def _list_in_de(draft: _Draft, product: Product) -> None:
    # What Amazon DE's warehouses do not take (dangerous, bulky) the seller sends from his German warehouse himself.
    by_merchant = product.is_hazmat or product.volume_cbm > 0.0125 or draft.rng.random() < 0.05
    phrase = _PHRASES_DE[int(draft.rng.integers(len(_PHRASES_DE)))]
    draft.add(
        [(product, 1)],
        shop=AMAZON_DE,
        warehouse=DE_3PL if by_merchant else FBA_DE,
        seller_sku=f"{product.sku}-DE{'-FBM' if by_merchant else ''}",
        title=", ".join(filter(None, (f"LUMIVO {product.name_de} {product.variant}", phrase))),
        price_cents=product.price_eur_cents,
        share=0.4,
    )


def _list_in_own_shop(draft: _Draft, product: Product) -> None:
    title = f"{product.name_en} - {product.variant}"
    own_price = max(product.price_usd_cents - 200, 499)
    draft.add(
        [(product, 1)],
        shop=SHOPIFY,
        warehouse=US_3PL,
        seller_sku=product.sku,
        title=title,
        price_cents=own_price,
        share=0.3,
    )
    if draft.rng.random() < 0.3:
        draft.add(
            [(product, 1)],
            shop=SHOPIFY,
            warehouse=DE_3PL,
            seller_sku=f"{product.sku}-EU",
            title=title,
            price_cents=own_price + 300,
            share=0.09,
        )
    if draft.rng.random() < 0.12:
        draft.add(
            [(product, 2)],
            shop=SHOPIFY,
            warehouse=US_3PL,
            seller_sku=f"{product.sku}-2PK",
            title=f"{title} (2-Pack)",
            price_cents=own_price * 2 - 400,
            share=0.08,
        )


def _bundle(draft: _Draft, products: tuple[Product, ...]) -> None:
    """Two or three products of one category that a shop sells from one warehouse, at a tenth off."""
    scale = max(1, round(len(products) / 25))
    for shop, warehouse, count in (
        (AMAZON_US, FBA_US, scale),
        (AMAZON_DE, FBA_DE, scale // 2),
        (SHOPIFY, US_3PL, scale),
    ):
        singles = [
            listing
            for listing in draft.listings
            if (listing.shop, listing.warehouse) == (shop, warehouse)
            and listing.parts[0][1] == 1
            and listing.launch_day < 0
            and listing.end_day > 10**5
        ]
        by_category: dict[str, list[Listing]] = {}
        for listing in singles:
            by_category.setdefault(products[listing.parts[0][0]].code, []).append(listing)
        rich = sorted(code for code, found in by_category.items() if len(found) >= 3)
        for number in range(count if rich else 0):
            code = rich[number % len(rich)]
            size = 2 if draft.rng.random() < 0.7 else 3
            chosen = [by_category[code][int(at)] for at in draft.rng.permutation(len(by_category[code]))[:size]]
            parts = [(products[listing.parts[0][0]], 1) for listing in chosen]
            if draft.rng.random() < 0.3:
                parts[-1] = (parts[-1][0], 2)
            price = sum(listing.price_cents * units for listing, (_, units) in zip(chosen, parts, strict=True))
            draft.add(
                parts,
                shop=shop,
                warehouse=warehouse,
                seller_sku=f"BDL-{code}-{number + 1:02d}{('-US', '-DE', '')[shop]}",
                title="Bundle: " + " + ".join(listing.title.split(",")[0] for listing in chosen),
                price_cents=int(price * 0.9) // 100 * 100 + 99,
                share=0.12,
            )
