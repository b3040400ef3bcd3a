"""Amazon's own client against the sandbox, in a process of its own: it sets up logging and threads when imported.

Run as `python amazon_client.py ADDRESS REFRESH_TOKEN MARKETPLACE`; prints what it read as JSON.
"""

from __future__ import annotations

import json
import sys
import time

from spapi import SPAPIClient, SPAPIConfig
from spapi.api.fba_inventory_v1.fba_inventory_api import FbaInventoryApi
from spapi.api.fulfillment_inbound_v0.fba_inbound_v0_api import FbaInboundV0Api
from spapi.api.orders_v2026_01_01.search_orders_api import SearchOrdersApi
from spapi.api.reports_v2021_06_30.reports_api import ReportsApi
from spapi.models.reports_v2021_06_30 import CreateReportSpecification

from sandbox.servers.amazon.account import CLIENT_ID, CLIENT_SECRET


def read(address: str, refresh_token: str, marketplace: str) -> dict[str, object]:
    config = SPAPIConfig(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, refresh_token=refresh_token)
    client = SPAPIClient(config, oauth_endpoint=f"{address}/auth/o2/token", endpoint=address).api_client
    inventory, token = [], None
    while True:
        more = {"next_token": token} if token else {}
        page = FbaInventoryApi(client).get_inventory_summaries(
            "Marketplace", marketplace, [marketplace], details=True, **more
        )
        inventory += page.payload.inventory_summaries
        token = page.pagination and page.pagination.next_token
        if not token:
            break
        time.sleep(0.5)  # two calls a second
    orders = SearchOrdersApi(client).search_orders(created_after="2026-10-25T00:00:00Z", max_results_per_page=50)
    shipments = FbaInboundV0Api(client).get_shipments("SHIPMENT", marketplace, shipment_status_list=["CLOSED"])
    first = shipments.payload.shipment_data[0].shipment_id
    items = FbaInboundV0Api(client).get_shipment_items_by_shipment_id(first)
    reports = ReportsApi(client)
    wanted = CreateReportSpecification(
        report_type="GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA", marketplace_ids=[marketplace]
    )
    made = reports.create_report(wanted)
    for _ in range(5):
        report = reports.get_report(made.report_id)
        if report.processing_status == "DONE":
            break
    document = reports.get_report_document(report.report_document_id)
    return {
        "fulfillable": {item.seller_sku: item.inventory_details.fulfillable_quantity for item in inventory},
        "orders": [order.order_id for order in orders.orders],
        "units": sum(item.quantity_ordered for order in orders.orders for item in order.order_items),
        "shipment": first,
        "received": sum(item.quantity_received for item in items.payload.item_data),
        "status": report.processing_status,
        "url": document.url,
    }


if __name__ == "__main__":
    print(json.dumps(read(*sys.argv[1:])))
