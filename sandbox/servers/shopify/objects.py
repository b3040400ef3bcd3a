"""The shop's objects from the living world: products, items, levels, locations, orders, payouts.

Belongs here: plain mappings whose fields are values or functions of (info, arguments), which graphql-core calls. A
listing of the shop is a product with one variant and one inventory item, stocked at its warehouse's location.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLError

from sandbox.listings import Listing
from sandbox.living.life import LivingWorld
from sandbox.living.world import WAITING, instant
from sandbox.network import DE_3PL, SHOPIFY, SHOPS, US_3PL, WAREHOUSES
from sandbox.servers.shopify.connections import connection
from sandbox.servers.shopify.search import Search

LOCATIONS = {US_3PL: 80_001, DE_3PL: 80_002}
_CITIES = {US_3PL: ("Ontario", "California", "CA", "91761"), DE_3PL: ("Duisburg", "Nordrhein-Westfalen", "NW", "47119")}
_ITEM, _VARIANT, _PRODUCT = 50_000, 40_000, 30_000


def gid(kind: str, number: int) -> str:
    """A global id."""
    return f"gid://shopify/{kind}/{number}"


def number_of(text: str, kind: str) -> int:
    """The number of a global id; -1 when it is of another kind."""
    head = f"gid://shopify/{kind}/"
    tail = text.removeprefix(head).split("?")[0]
    return int(tail) if text.startswith(head) and tail.isdigit() else -1


def stamp(seconds: int) -> str:
    """A moment as Shopify writes it."""
    return instant(int(seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def money(cents: int) -> dict[str, str]:
    """MoneyV2 in the shop's currency."""
    sign = "-" if cents < 0 else ""
    return {"amount": f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}", "currencyCode": SHOPS[SHOPIFY].currency}


def bag(cents: int) -> dict[str, Any]:
    """MoneyBag."""
    return {"shopMoney": money(cents), "presentmentMoney": money(cents)}


class Shop:
    """The shop of one world."""

    def __init__(self, world: LivingWorld) -> None:
        self.world = world
        self.listings = {item.index: item for item in world.catalog.listings if item.shop == SHOPIFY}

    def committed(self, listing: Listing) -> int:
        """Units of a listing that were ordered and have not been sent."""
        world = self.world
        waiting = (world.line_status == WAITING) & (world.wanted.listing == listing.index)
        return int(world.line_units[waiting].sum())

    def product(self, listing: Listing) -> dict[str, Any]:
        """A product with its one variant."""
        created = stamp(self.world.morning(max(listing.launch_day, 0)))
        number = _PRODUCT + listing.index
        return {
            "__typename": "Product",
            "id": gid("Product", number),
            "legacyResourceId": str(number),
            "title": listing.title,
            "handle": listing.seller_sku.lower(),
            "status": "ACTIVE",
            "vendor": "LUMIVO",
            "productType": "",
            "tags": ["bundle"] if listing.is_bundle else [],
            "createdAt": created,
            "updatedAt": stamp(int(self.world.shown_at[listing.index])),
            "totalInventory": int(self.world.shown[listing.index]),
            "tracksInventory": True,
            "hasOnlyDefaultVariant": True,
            "variantsCount": {"count": 1, "precision": "EXACT"},
            "variants": lambda _, **page: connection(
                [((listing.index, 0), listing)], self.variant, **_paging(page, "sortKey")
            ),
        }

    def variant(self, listing: Listing) -> dict[str, Any]:
        """A variant."""
        number, product = _VARIANT + listing.index, self.world.catalog.products[listing.parts[0][0]]
        shown = int(self.world.shown[listing.index])
        return {
            "__typename": "ProductVariant",
            "id": gid("ProductVariant", number),
            "legacyResourceId": str(number),
            "title": "Default Title",
            "displayName": f"{listing.title} - Default Title",
            "sku": listing.seller_sku,
            "barcode": product.ean,
            "price": money(listing.price_cents)["amount"],
            "compareAtPrice": None,
            "inventoryItem": lambda _: self.item(listing),
            "inventoryQuantity": shown,
            "inventoryPolicy": "DENY",
            "product": lambda _: self.product(listing),
            "position": 1,
            "createdAt": stamp(self.world.morning(max(listing.launch_day, 0))),
            "updatedAt": stamp(int(self.world.shown_at[listing.index])),
            "availableForSale": shown > 0,
            "sellableOnlineQuantity": shown,
        }

    def item(self, listing: Listing) -> dict[str, Any]:
        """An inventory item."""
        number, product = _ITEM + listing.index, self.world.catalog.products[listing.parts[0][0]]

        def level(_: Any, locationId: str, **__: Any) -> Any:  # noqa: N803 Shopify's name
            there = number_of(locationId, "Location") == LOCATIONS[listing.warehouse]
            return self.level(listing) if there else None

        return {
            "__typename": "InventoryItem",
            "id": gid("InventoryItem", number),
            "legacyResourceId": str(number),
            "sku": listing.seller_sku,
            "tracked": True,
            "requiresShipping": True,
            "unitCost": None,
            "countryCodeOfOrigin": "CN",
            "harmonizedSystemCode": product.hs_code[:6],
            "createdAt": stamp(self.world.morning(max(listing.launch_day, 0))),
            "updatedAt": stamp(int(self.world.shown_at[listing.index])),
            "inventoryLevel": level,
            "inventoryLevels": lambda _, **page: connection(
                [((listing.index, 0), listing)], self.level, **_paging(page, "query", "includeInactive")
            ),
            "variant": lambda _: self.variant(listing),
        }

    def level(self, listing: Listing) -> dict[str, Any]:
        """An item at its location."""
        number = _ITEM + listing.index
        updated = stamp(int(self.world.shown_at[listing.index]))

        def quantities(_: Any, names: list[str]) -> list[dict[str, Any]]:
            shown, committed = int(self.world.shown[listing.index]), self.committed(listing)
            found = {"available": shown, "committed": committed, "on_hand": shown + committed}
            found |= dict.fromkeys(("incoming", "reserved", "damaged", "safety_stock", "quality_control"), 0)
            unknown = [name for name in names if name not in found]
            if unknown:
                raise GraphQLError(f"The quantity name {unknown[0]} is not valid")
            return [
                {
                    "id": f"gid://shopify/InventoryQuantity/{number}?name={name}",
                    "name": name,
                    "quantity": found[name],
                    "updatedAt": updated,
                }
                for name in names
            ]

        return {
            "__typename": "InventoryLevel",
            "id": f"gid://shopify/InventoryLevel/{LOCATIONS[listing.warehouse]}?inventory_item_id={number}",
            "item": lambda _: self.item(listing),
            "location": lambda _: self.location(listing.warehouse),
            "quantities": quantities,
            "createdAt": stamp(self.world.morning(max(listing.launch_day, 0))),
            "updatedAt": updated,
            "isActive": True,
        }

    def location(self, warehouse: int) -> dict[str, Any]:
        """A location is a warehouse that the shop sells from."""
        place, number = WAREHOUSES[warehouse], LOCATIONS[warehouse]
        city, province, code, postal = _CITIES[warehouse]
        here = [item for item in self.listings.values() if item.warehouse == warehouse]

        def level(_: Any, inventoryItemId: str, **__: Any) -> Any:  # noqa: N803 Shopify's name
            listing = self.listing_of_item(inventoryItemId)
            return self.level(listing) if listing is not None and listing.warehouse == warehouse else None

        return {
            "__typename": "Location",
            "id": gid("Location", number),
            "legacyResourceId": str(number),
            "name": place.name,
            "isActive": True,
            "isPrimary": warehouse == US_3PL,
            "fulfillsOnlineOrders": True,
            "shipsInventory": True,
            "hasActiveInventory": bool(here),
            "createdAt": stamp(self.world.morning(0)),
            "updatedAt": stamp(self.world.morning(0)),
            "address": {
                "address1": "1 Warehouse Road",
                "city": city,
                "country": {"US": "United States", "DE": "Germany"}[place.country],
                "countryCode": place.country,
                "province": province,
                "provinceCode": code,
                "zip": postal,
                "formatted": ["1 Warehouse Road", f"{city} {postal}"],
            },
            "inventoryLevel": level,
            "inventoryLevels": lambda _, **page: connection(
                [((item.index, 0), item) for item in here], self.level, **_paging(page, "query", "includeInactive")
            ),
        }

    def listing_of_item(self, text: str) -> Listing | None:
        """The listing of an inventory item's id."""
        return self.listings.get(number_of(text, "InventoryItem") - _ITEM)

    def page_of_listings(self, make: Callable[[Listing], Any], page: dict[str, Any]) -> dict[str, Any]:
        """A page of the listings that a search asks for, as products, variants or items."""
        search = Search(page.get("query") or "", {"sku", "id", "updated_at", "created_at", "status", "title"})
        chosen = [
            ((item.index, 0), item)
            for item in self.listings.values()
            if search.takes(
                sku=item.seller_sku,
                title=item.title,
                updated_at=int(self.world.shown_at[item.index]),
                created_at=self.world.morning(max(item.launch_day, 0)),
                status="active",
            )
        ]
        return connection(chosen, make, **_paging(page, "query", "sortKey"))

    def by_id(self, text: str) -> dict[str, Any] | None:
        """A product, variant, item, level or location by its global id."""
        for kind, offset, make in (
            ("Product", _PRODUCT, self.product),
            ("ProductVariant", _VARIANT, self.variant),
            ("InventoryItem", _ITEM, self.item),
        ):
            listing = self.listings.get(number_of(text, kind) - offset)
            if listing is not None:
                return make(listing)
        if text.startswith("gid://shopify/InventoryLevel/") and "inventory_item_id=" in text:
            found = self.listings.get(int(text.rpartition("=")[2]) - _ITEM)
            return self.level(found) if found else None
        place = next((key for key, number in LOCATIONS.items() if number == number_of(text, "Location")), None)
        return None if place is None else self.location(place)


def _paging(page: dict[str, Any], *others: str) -> dict[str, Any]:
    return {name: value for name, value in page.items() if name not in others}
