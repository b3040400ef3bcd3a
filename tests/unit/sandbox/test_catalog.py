"""Products, listings and the network of the sample."""

import re
from collections import Counter

import pytest

from sandbox.catalog import ALWAYS, build_catalog, ean13
from sandbox.network import APPROVAL_RULES, LANES, PEOPLE, SHOPS, WAREHOUSES
from sandbox.parameters import Parameters


@pytest.fixture(scope="module")
def catalog():
    return build_catalog(Parameters())


def checksum(ean: str) -> int:
    """GS1's rule the other way round: the weighted sum of all thirteen digits is a multiple of ten."""
    return sum(int(digit) * weight for digit, weight in zip(ean, [1, 3] * 6 + [1], strict=True)) % 10


def test_check_digits_of_published_eans():
    assert ean13("400638133393") == "4006381333931"
    assert ean13("590123412345") == "5901234123457"
    assert ean13("978030640615") == "9780306406157"


def test_every_product_has_its_own_valid_ean_and_sku(catalog):
    eans = [product.ean for product in catalog.products]
    assert all(len(ean) == 13 and checksum(ean) == 0 for ean in eans)
    assert len(set(eans)) == len({product.sku for product in catalog.products}) == len(catalog.products) == 200


def test_popularity_reaches_from_several_a_day_to_one_a_fortnight(catalog):
    rates = [product.popularity for product in catalog.products]
    assert min(rates) < 0.12
    assert max(rates) > 5


def test_there_are_newcomers_discontinued_and_dangerous_products(catalog):
    last = Parameters().days - 1
    newcomers = [product for product in catalog.products if last - 181 <= product.launch_day <= last - 29]
    discontinued = [product for product in catalog.products if product.end_day < last]
    assert 10 <= len(newcomers) <= 20
    assert 4 <= len(discontinued) <= 12
    assert any(product.has_battery for product in catalog.products)
    assert any(product.is_hazmat for product in catalog.products)
    assert all(product.end_day == ALWAYS for product in newcomers)


def test_titles_mix_both_languages_and_some_are_long(catalog):
    chinese = [bool(re.search(r"[\u4e00-\u9fff]", product.title)) for product in catalog.products]
    english = [bool(re.search(r"[A-Za-z]{4}", product.title)) for product in catalog.products]
    assert sum(a and b for a, b in zip(chinese, english, strict=True)) / 200 > 0.5
    assert not all(chinese)
    assert max(len(product.title) for product in catalog.products) > 80


def test_moq_is_whole_cartons(catalog):
    assert all(product.moq_units % product.carton_units == 0 for product in catalog.products)


def test_listings_are_unique_and_every_product_is_sold_somewhere(catalog):
    keys = Counter((listing.shop, listing.seller_sku) for listing in catalog.listings)
    assert max(keys.values()) == 1
    assert {product for listing in catalog.listings for product, _ in listing.parts} == set(range(200))


def test_a_bundle_sells_products_that_its_shop_sells_alone_from_the_same_warehouse(catalog):
    bundles = [listing for listing in catalog.listings if listing.is_bundle]
    alone = {(item.shop, item.warehouse, item.parts[0][0]) for item in catalog.listings if len(item.parts) == 1}
    assert len(bundles) >= 15
    assert {SHOPS[bundle.shop].shop_id for bundle in bundles} == {"amazon_us", "amazon_de", "shopify"}
    for bundle in bundles:
        assert all((bundle.shop, bundle.warehouse, product) in alone for product, _ in bundle.parts)


def test_only_listings_in_an_fba_warehouse_have_an_fnsku(catalog):
    for listing in catalog.listings:
        is_own_fba = WAREHOUSES[listing.warehouse].kind == "fba" and not listing.is_bundle
        assert bool(listing.fnsku) == is_own_fba == listing.own_stock


def test_eight_lanes_five_warehouses_three_shops():
    assert (len(LANES), len(WAREHOUSES), len(SHOPS)) == (8, 5, 3)
    assert {lane.mode for lane in LANES} >= {"sea", "air", "rail", "express"}
    assert len({(lane.origin, lane.destination, lane.mode) for lane in LANES}) == 8
    assert [item.index for item in WAREHOUSES] == list(range(5))


def test_every_role_that_a_rule_asks_for_has_a_person():
    assert {role for _, role, *_ in APPROVAL_RULES} | {"admin"} <= {row[3] for row in PEOPLE}
    assert {"planner", "supervisor", "finance"} <= {row[3] for row in PEOPLE}
