"""What the seller sells: products, and the listings by which each shop sells them. Drawn from the seed.

Belongs here: what is true of a product or listing for good (size, cost, price, where it ships from, how popular it
is, when it was launched and ended). What customers want on a given day is `demand.py`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from sandbox.listings import Listing, draw_listings
from sandbox.parameters import Parameters

ALWAYS = 10**6  # a day that never comes (or, negative, has long been)
CNY_PER_USD = 7.1


@dataclass(frozen=True)
class Product:
    """One sellable piece. `popularity` is the mean of orders a day over all shops in an average week."""

    index: int
    sku: str
    title: str
    name_en: str
    name_de: str
    variant: str
    category: str
    code: str
    ean: str
    supplier_id: str
    hs_code: str
    weight_kg: float
    length_cm: int
    width_cm: int
    height_cm: int
    carton_units: int
    moq_units: int
    purchase_lead_time_days: int
    purchase_cost_cents: int  # CNY fen
    price_usd_cents: int
    price_eur_cents: int
    has_battery: bool
    is_hazmat: bool
    season: str
    return_share: float
    popularity: float
    launch_day: int
    end_day: int

    @property
    def volume_cbm(self) -> float:
        """Packed volume in cubic metres."""
        return self.length_cm * self.width_cm * self.height_cm / 1e6


@dataclass(frozen=True)
class Catalog:
    """All products and listings, in the order of their index."""

    products: tuple[Product, ...]
    listings: tuple[Listing, ...]


def ean13(stem: str) -> str:
    """A 13-digit EAN from its first twelve digits: weights 1 and 3 alternate, the check digit fills up to ten.

    Source: GS1 General Specifications, "Check digit calculation for keys".

    >>> ean13("400638133393")
    '4006381333931'
    """
    total = sum(int(digit) * (3 if position % 2 else 1) for position, digit in enumerate(stem))
    return f"{stem}{-total % 10}"


def build_catalog(parameters: Parameters) -> Catalog:
    """Products and listings of the parameters' seed."""
    products = _draw_products(parameters)
    return Catalog(products=products, listings=draw_listings(products, parameters=parameters))


def _product_types() -> list[dict[str, str]]:
    text = files("sandbox").joinpath("data/product_types.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _variants(count: int) -> list[tuple[int, dict[str, str], int, str]]:
    """(number of the type, type, number of the variant, generation mark), first every type's first variant, and so on.

    When all variants are used up, upgraded generations of them follow.
    """
    types = _product_types()
    found: list[tuple[int, dict[str, str], int, str]] = []
    generation = 1
    while len(found) < count:
        mark = "" if generation == 1 else f"V{generation}"
        for variant in range(4):
            found += [
                (number, kind, variant, mark)
                for number, kind in enumerate(types)
                if variant < len(kind["variants"].split("|"))
            ]
        generation += 1
    return found[:count]


def _popularity(parameters: Parameters, rng: np.random.Generator) -> np.ndarray:
    """Mean orders a day, long-tailed: from a dozen a day to one a fortnight, 1.5 on the average."""
    raw = rng.lognormal(0.0, 1.1, parameters.products)
    scaled = raw * 1.5 / raw.mean()
    return np.clip(scaled, 1 / 14, 12.0)


def _lifespans(parameters: Parameters, rng: np.random.Generator) -> list[tuple[int, int]]:
    """(launch day, end day): 7 % newcomers of the last half year, 12 % launched before, 4 % discontinued."""
    last = parameters.days - 1
    spans = []
    for fate in rng.permutation(parameters.products) / parameters.products:
        age = int(rng.integers(30, 181))
        if fate < 0.07:
            spans.append((max(last - age, 0), ALWAYS))
        elif fate < 0.19 and last > 430:
            spans.append((int(rng.integers(60, last - 240)), ALWAYS))
        elif fate >= 0.96:
            spans.append((-ALWAYS, max(last - int(rng.integers(110, 400)), 20)))
        else:
            spans.append((-ALWAYS, ALWAYS))
    return spans


def _psychological(cents: float) -> int:
    """The next price that ends in .99."""
    return max(round(cents / 100) * 100 - 1, 499)


def _title(kind: dict[str, str], variant: str, mark: str, style: float) -> str:
    """Product titles as a seller in Shenzhen writes them: mostly both languages, some long, some terse."""
    upgraded = f"（升级款 {mark}）" if mark else ""
    if style < 0.12:
        return f"{kind['name_en']} {variant}{' ' + mark if mark else ''}"
    if style < 0.22:
        return f"{kind['name_zh']}{upgraded} {variant}"
    if style < 0.34:
        return (
            f"{kind['name_zh']}{upgraded} {kind['name_en']}, {variant} - 跨境专供 美规/欧规通用, "
            f"彩盒包装 Color Box, 含中英德三语说明书 (EN/DE/ZH manual)"
        )
    return f"{kind['name_zh']}{upgraded} {kind['name_en']} {variant}"


def _draw_products(parameters: Parameters) -> tuple[Product, ...]:
    rng = parameters.chance("catalog")
    popularity = _popularity(parameters, rng)
    spans = _lifespans(parameters, rng)
    supplier_lead_days = rng.integers(18, 41, 12)
    products = []
    for index, (number, kind, variant_number, mark) in enumerate(_variants(parameters.products)):
        size = rng.uniform(0.9, 1.15)
        dimensions = sorted((max(2, round(float(kind[side]) * size ** (1 / 3))) for side in _SIDES), reverse=True)
        volume = dimensions[0] * dimensions[1] * dimensions[2] / 1e6
        carton = int(np.clip(round(0.045 / volume / 2) * 2, 4, 24))
        cost = float(kind["cost_cny"]) * size * rng.uniform(0.92, 1.08)
        price_usd = cost / CNY_PER_USD * 100 * rng.uniform(3.6, 4.8) + 300
        supplier = (number * 7) % 12
        variant = kind["variants"].split("|")[variant_number]
        launch_day, end_day = spans[index]
        products.append(
            Product(
                index=index,
                sku=f"{kind['code']}{number + 1:02d}-{'ABCD'[variant_number]}{mark[1:]}",
                title=_title(kind, variant, mark, float(rng.random())),
                name_en=kind["name_en"],
                name_de=kind["name_de"],
                variant=f"{variant} {mark}".strip(),
                category=kind["category"],
                code=kind["code"],
                ean=ean13(f"697{parameters.seed % 10_000:04d}{index:05d}"),
                supplier_id=f"S{supplier + 1:02d}",
                hs_code=kind["hs_code"],
                weight_kg=round(float(kind["weight_kg"]) * size, 3),
                length_cm=dimensions[0],
                width_cm=dimensions[1],
                height_cm=dimensions[2],
                carton_units=carton,
                moq_units=int(max(1, round(100 * rng.uniform(0.5, 2.0) / carton))) * carton,
                purchase_lead_time_days=int(supplier_lead_days[supplier]) + (3 if int(kind["has_battery"]) else 0),
                purchase_cost_cents=round(cost * 10) * 10,
                price_usd_cents=_psychological(price_usd),
                price_eur_cents=_psychological(price_usd * 1.04),
                has_battery=bool(int(kind["has_battery"])),
                is_hazmat=bool(int(kind["is_hazmat"])),
                season=kind["season"],
                return_share=float(kind["return_share"]),
                popularity=round(float(popularity[index]), 4),
                launch_day=launch_day,
                end_day=end_day,
            )
        )
    return tuple(products)


_SIDES = ("length_cm", "width_cm", "height_cm")
