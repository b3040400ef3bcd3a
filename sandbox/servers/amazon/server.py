"""The server of the Selling Partner API: every operation's path, behind its token and its bucket."""

from __future__ import annotations

from starlette.applications import Starlette

from sandbox.servers.amazon import bulk_storage, inbound_plans, inbound_shipments, inventory, listings, orders, tracking
from sandbox.servers.amazon.account import Operation, Tokens, guarded, login, words
from sandbox.servers.amazon.feeds import Feeds
from sandbox.servers.amazon.inbound_commands import COMMANDS, Operations
from sandbox.servers.amazon.reports import Reports
from sandbox.servers.web import Handler, House, build

_REPORTS, _FEEDS = "/reports/2021-06-30", "/feeds/2021-06-30"
_PLANS = "/inbound/fba/2024-03-20/inboundPlans"
_PLAN = _PLANS + "/{inboundPlanId}"
_SHIPMENT = _PLAN + "/shipments/{shipmentId}"
_AWD = "/awd/2024-05-09"
_LISTING = "/listings/2021-08-01/items/{sellerId}/{sku:path}"


def app(house: House) -> Starlette:
    """The server for both accounts."""
    tokens, reports, feeds, operations = Tokens(), Reports(house), Feeds(house), Operations(house)
    table: list[tuple[str, str, str, Operation]] = [
        ("GET", "/fba/inventory/v1/summaries", "getInventorySummaries", inventory.get_summaries),
        ("GET", "/orders/2026-01-01/orders", "searchOrders", orders.search_orders),
        ("GET", "/orders/2026-01-01/orders/{orderId}", "getOrder", orders.get_order),
        ("GET", _REPORTS + "/reports", "getReports", reports.search),
        ("POST", _REPORTS + "/reports", "createReport", reports.create),
        ("GET", _REPORTS + "/reports/{reportId}", "getReport", reports.get),
        ("DELETE", _REPORTS + "/reports/{reportId}", "cancelReport", reports.cancel),
        ("GET", _REPORTS + "/documents/{reportDocumentId}", "getReportDocument", reports.document),
        ("GET", "/fba/inbound/v0/shipments", "getShipments", inbound_shipments.get_shipments),
        ("GET", "/fba/inbound/v0/shipmentItems", "getShipmentItems", inbound_shipments.get_shipment_items),
        (
            *("GET", "/fba/inbound/v0/shipments/{shipmentId}/items", "getShipmentItemsByShipmentId"),
            inbound_shipments.get_items_of_shipment,
        ),
        ("GET", _PLANS, "listInboundPlans", inbound_plans.list_plans),
        ("POST", _PLANS, "createInboundPlan", inbound_plans.create),
        ("GET", _PLAN, "getInboundPlan", inbound_plans.get),
        ("GET", _PLAN + "/items", "listInboundPlanItems", inbound_plans.list_items),
        ("PUT", _PLAN + "/cancellation", "cancelInboundPlan", COMMANDS["cancelInboundPlan"]),
        ("GET", _PLAN + "/packingOptions", "listPackingOptions", inbound_plans.list_packing),
        ("POST", _PLAN + "/packingOptions", "generatePackingOptions", COMMANDS["generatePackingOptions"]),
        (
            *("POST", _PLAN + "/packingOptions/{packingOptionId}/confirmation", "confirmPackingOption"),
            COMMANDS["confirmPackingOption"],
        ),
        (
            *("GET", _PLAN + "/packingGroups/{packingGroupId}/items", "listPackingGroupItems"),
            inbound_plans.list_group_items,
        ),
        ("POST", _PLAN + "/packingInformation", "setPackingInformation", COMMANDS["setPackingInformation"]),
        ("GET", _PLAN + "/placementOptions", "listPlacementOptions", inbound_plans.list_placement),
        ("POST", _PLAN + "/placementOptions", "generatePlacementOptions", COMMANDS["generatePlacementOptions"]),
        (
            *("POST", _PLAN + "/placementOptions/{placementOptionId}/confirmation", "confirmPlacementOption"),
            COMMANDS["confirmPlacementOption"],
        ),
        ("GET", _SHIPMENT, "getShipment", inbound_plans.get_shipment),
        ("GET", _SHIPMENT + "/items", "listShipmentItems", inbound_plans.list_shipment_items),
        (
            *("PUT", _SHIPMENT + "/trackingDetails", "updateShipmentTrackingDetails"),
            COMMANDS["updateShipmentTrackingDetails"],
        ),
        ("GET", _PLAN + "/transportationOptions", "listTransportationOptions", inbound_plans.list_transport),
        (
            *("POST", _PLAN + "/transportationOptions", "generateTransportationOptions"),
            COMMANDS["generateTransportationOptions"],
        ),
        (
            *("POST", _PLAN + "/transportationOptions/confirmation", "confirmTransportationOptions"),
            COMMANDS["confirmTransportationOptions"],
        ),
        (
            *("GET", "/inbound/fba/2024-03-20/operations/{operationId}", "getInboundOperationStatus"),
            operations.get,
        ),
        ("GET", _LISTING, "getListingsItem", listings.get_item),
        ("PATCH", _LISTING, "patchListingsItem", listings.patch_item),
        ("POST", _FEEDS + "/documents", "createFeedDocument", feeds.create_document),
        ("GET", _FEEDS + "/documents/{feedDocumentId}", "getFeedDocument", feeds.document),
        ("POST", _FEEDS + "/feeds", "createFeed", feeds.create),
        ("GET", _FEEDS + "/feeds/{feedId}", "getFeed", feeds.get),
        ("GET", _AWD + "/inventory", "listInventory", bulk_storage.list_inventory),
        ("GET", _AWD + "/replenishmentOrders", "listReplenishmentOrders", bulk_storage.list_orders),
        ("POST", _AWD + "/replenishmentOrders", "createReplenishmentOrder", bulk_storage.create),
        ("GET", _AWD + "/replenishmentOrders/{orderId}", "getReplenishmentOrder", bulk_storage.get),
        (
            *("POST", _AWD + "/replenishmentOrders/{orderId}/confirmation", "confirmReplenishmentOrder"),
            bulk_storage.confirm,
        ),
        ("GET", "/tracking/2026-01-30/shipments/track", "getShipmentTracking", tracking.get_tracking),
    ]
    routes: list[tuple[str, str, Handler]] = [
        ("POST", "/auth/o2/token", login(tokens)),
        ("GET", "/documents/{documentId}", reports.download),
        ("PUT", "/uploads/{documentId}", feeds.upload),
        *((method, path, guarded(tokens, name, handle)) for method, path, name, handle in table),
    ]
    return build(house, "amazon", routes, words=words)
