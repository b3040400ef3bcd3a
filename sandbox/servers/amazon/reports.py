"""Reports API 2021-06-30: ask, wait, fetch a document of tab-separated text in a declared encoding, zipped or not.

Belongs here: the life of a request and its document. What stands in it: `order_report.py`, `stock_reports.py`,
`settlements.py`. The figures are those of the moment at which the report was asked for.
"""

from __future__ import annotations

import gzip
from typing import Any

import polars as pl

from sandbox.living.life import LivingWorld, Requested
from sandbox.living.world import instant
from sandbox.servers.amazon import order_report, settlements, stock_reports
from sandbox.servers.amazon.account import ACCOUNTS, Account, moment, page_token, read_token, stamp
from sandbox.servers.web import Answer, Call, House, Refused

ORDERS = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
INVENTORY = "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA"
LEDGER_DETAIL = "GET_LEDGER_DETAIL_VIEW_DATA"
LEDGER_SUMMARY = "GET_LEDGER_SUMMARY_VIEW_DATA"
RETURNS = "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA"
_ZIPPED = {ORDERS, LEDGER_DETAIL, LEDGER_SUMMARY}
_ORDER_DAYS = 31  # a longer span of the orders report ends FATAL
_URL_LIVES = 300
_DAY = 86_400


class Reports:
    """The Reports API of one server; it remembers only how often a report was looked at."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._looks: dict[str, int] = {}

    def create(self, call: Call, account: Account) -> Answer:
        """POST /reports/2021-06-30/reports."""
        body = call.json
        kind, places = str(body.get("reportType", "")), list(body.get("marketplaceIds", []))
        if kind not in {ORDERS, INVENTORY, LEDGER_DETAIL, LEDGER_SUMMARY, RETURNS}:
            raise Refused(400, "InvalidInput", f"report type {kind} cannot be requested")
        if not places or any(place not in account.ids for place in places):
            raise Refused(403, "Unauthorized", "the account does not sell in these marketplaces")
        world = call.world
        end = moment(body["dataEndTime"], "dataEndTime") if body.get("dataEndTime") else world.now
        start = moment(body["dataStartTime"], "dataStartTime") if body.get("dataStartTime") else end - _DAY
        if start > end:
            raise Refused(400, "InvalidInput", "dataStartTime is after dataEndTime")
        fatal = kind == ORDERS and end - start > _ORDER_DAYS * _DAY
        body = b"" if fatal else self._document(world, account, kind, start=start, end=end)
        number = len(world.requested) + 1
        document_id = f"amzn1.spdoc.1.4.{account.name}.{number:06d}"
        found = self._house.simulation.do(
            "request",
            kind="report",
            account=account.name,
            what=kind,
            marketplaces=places,
            options={"start": start, "end": end, "fatal": fatal, "encoding": account.encoding},
            document_id=document_id,
            document=(document_id, body),
        )
        return Answer({"reportId": found.request_id}, 202)

    def _document(self, world: LivingWorld, account: Account, kind: str, *, start: int, end: int) -> bytes:
        first = world.parameters.day_of(instant(start).date())
        last = world.parameters.day_of(instant(end).date())
        if kind == ORDERS:
            table = order_report.all_orders(world, account, start=start, end=end)
        elif kind == INVENTORY:
            table = stock_reports.inventory(world, account)
        elif kind == RETURNS:
            table = stock_reports.customer_returns(world, account, start=start, end=end)
        elif kind == LEDGER_DETAIL:
            table = stock_reports.ledger_detail(world, account, first_day=first, last_day=last)
        else:
            table = stock_reports.ledger_summary(world, account, first_day=first, last_day=last)
        if self._house.faults.meets("half_reports", "amazon"):
            table = table.gather_every(2)
        return self._written(table, kind, account)

    def _written(self, table: pl.DataFrame, kind: str, account: Account) -> bytes:
        if self._house.faults.meets("schema_changes", "amazon"):
            table = table.with_columns(pl.lit("new").alias("sandbox-novelty"))
        text = table.write_csv(separator="\t", quote_style="never", null_value="")
        body = text.encode(account.encoding, errors="replace")
        return gzip.compress(body, mtime=0) if kind in _ZIPPED else body

    def _found(self, call: Call, account: Account) -> Requested:
        found = call.world.requested.get(call.parts["reportId"])
        if found is None or found.account != account.name or found.kind != "report":
            raise Refused(404, "NotFound", f"there is no report {call.parts['reportId']}")
        return found

    def _status(self, found: Requested) -> str:
        """IN_QUEUE at the first look, IN_PROGRESS at the second, then what became of it."""
        if found.status == "CANCELLED":
            return "CANCELLED"
        looks = self._looks.get(found.request_id, 0)
        if looks < 2:
            return ("IN_QUEUE", "IN_PROGRESS")[looks]
        return "FATAL" if found.options["fatal"] else "DONE"

    def _report(self, found: Requested) -> dict[str, Any]:
        status = self._status(found)
        times = {"processingStartTime": stamp(found.created_at + 20)} if status != "IN_QUEUE" else {}
        if status in {"DONE", "FATAL", "CANCELLED"}:
            times["processingEndTime"] = stamp(found.created_at + 60)
        return {
            "reportId": found.request_id,
            "reportType": found.what,
            "marketplaceIds": found.marketplaces,
            "dataStartTime": stamp(found.options["start"]),
            "dataEndTime": stamp(found.options["end"]),
            "createdTime": stamp(found.created_at),
            "processingStatus": status,
            **times,
            **({"reportDocumentId": found.document_id} if status == "DONE" else {}),
        }

    def get(self, call: Call, account: Account) -> Answer:
        """GET /reports/2021-06-30/reports/{reportId}."""
        if call.parts["reportId"].startswith("settlement-"):
            found = next((item for item in self._settled(account) if item["reportId"] == call.parts["reportId"]), None)
            if found is None:
                raise Refused(404, "NotFound", f"there is no report {call.parts['reportId']}")
            return Answer(found)
        requested = self._found(call, account)
        answer = Answer(self._report(requested))
        self._looks[requested.request_id] = self._looks.get(requested.request_id, 0) + 1
        return answer

    def cancel(self, call: Call, account: Account) -> Answer:
        """DELETE /reports/2021-06-30/reports/{reportId}, while it is in the queue."""
        found = self._found(call, account)
        if self._status(found) != "IN_QUEUE":
            raise Refused(400, "InvalidInput", "only a report in the queue can be cancelled")
        call.do("cancel_request", request_id=found.request_id)
        return Answer({})

    def _settled(self, account: Account) -> list[dict[str, Any]]:
        return [
            {
                "reportId": f"settlement-{settlement_id}",
                "reportType": settlements.REPORT,
                "marketplaceIds": list(account.ids[:1]),
                "dataStartTime": stamp(start),
                "dataEndTime": stamp(end),
                "createdTime": stamp(end + 3600),
                "processingStatus": "DONE",
                "processingStartTime": stamp(end + 3600),
                "processingEndTime": stamp(end + 3660),
                "reportDocumentId": f"settlement.{account.name}.{settlement_id}",
            }
            for start, end, settlement_id in settlements.periods(self._house.world)
        ]

    def search(self, call: Call, account: Account) -> Answer:
        """GET /reports/2021-06-30/reports: those that were asked for and the settlements, newest first."""
        token = call.one("nextToken")
        state = (
            read_token(token)
            if token
            else {
                "types": call.many("reportTypes"),
                "since": call.one("createdSince"),
                "until": call.one("createdUntil"),
                "statuses": call.many("processingStatuses"),
                "size": call.number("pageSize", 10),
                "start": 0,
            }
        )
        if not state["types"]:
            raise Refused(400, "InvalidInput", "reportTypes is missing")
        found = [
            self._report(item)
            for item in call.world.requested.values()
            if item.kind == "report" and item.account == account.name
        ]
        found = sorted([*found, *self._settled(account)], key=lambda item: str(item["createdTime"]), reverse=True)
        since = moment(state["since"], "createdSince") if state["since"] else call.world.now - 90 * _DAY
        until = moment(state["until"], "createdUntil") if state["until"] else 10**11
        chosen = [
            item
            for item in found
            if item["reportType"] in state["types"]
            and (not state["statuses"] or item["processingStatus"] in state["statuses"])
            and since <= moment(item["createdTime"], "") <= until
        ]
        stop = state["start"] + state["size"]
        answer: dict[str, Any] = {"reports": chosen[state["start"] : stop]}
        if stop < len(chosen):
            answer["nextToken"] = page_token(**{**state, "start": stop})
        return Answer(answer)

    def document(self, call: Call, account: Account) -> Answer:
        """GET /reports/2021-06-30/documents/{reportDocumentId}."""
        document_id = call.parts["reportDocumentId"]
        kind = self._kind_of(document_id, account)
        until = int(call.house.time("amazon")) + _URL_LIVES
        answer = {
            "reportDocumentId": document_id,
            "url": f"{call.house.urls['amazon']}/documents/{document_id}?until={until}",
        }
        if kind in _ZIPPED:
            answer["compressionAlgorithm"] = "GZIP"
        return Answer(answer)

    def _kind_of(self, document_id: str, account: Account) -> str:
        if document_id.startswith(f"settlement.{account.name}."):
            return settlements.REPORT
        for item in self._house.world.requested.values():
            if item.document_id == document_id and item.account == account.name and item.kind == "report":
                return item.what
        raise Refused(404, "NotFound", f"there is no report document {document_id}")

    def download(self, call: Call) -> Answer:
        """GET of a document's own address: no token, but only for five minutes."""
        document_id = call.parts["documentId"]
        if call.house.time("amazon") > call.number("until", 0):
            raise Refused(403, "AccessDenied", "Request has expired")
        if document_id.startswith("settlement."):
            _, name, settlement_id = document_id.split(".")
            account = ACCOUNTS[name]
            for start, end, found in settlements.periods(call.world):
                if found == settlement_id:
                    table = settlements.settlement(call.world, account, start=start, end=end, settlement_id=found)
                    kind = f"text/plain; charset={account.encoding}"
                    return Answer(self._written(table, settlements.REPORT, account), content_type=kind)
        body = call.house.simulation.journal.document(document_id)
        if body is None:
            raise Refused(404, "NotFound", f"there is no document {document_id}")
        encoding = ACCOUNTS["us"].encoding if ".us." in document_id else ACCOUNTS["eu"].encoding
        return Answer(body, content_type=f"text/plain; charset={encoding}")
