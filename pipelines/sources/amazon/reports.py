"""Amazon's reports: created, waited for, downloaded.

Belongs here: which report makes which dataset and its windows. Does not: unpacking, decoding and buyers' columns
(`report_text.py`), what the columns mean (mappings). The files stay the tab-separated text that Amazon wrote, in UTF-8;
buyers' cells are emptied and their headers kept, so that one mapping reads what a person downloaded and what came here.

A ledger belongs to an account: under Pan-EU each marketplace gives the same one, so it is asked for once an account.
Ledgers and returns are one file a month, asked for anew until the month is settled; a file replaces the one before it,
because Amazon corrects entries for days. An asked-for report is remembered before it is waited for: a killed run goes
on waiting for the same one.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.landing.extraction import replacing
from pipelines.sources.amazon.client import SellingPartner
from pipelines.sources.amazon.report_text import declared_encoding, decoded_lines, unpacked, without_buyers
from pipelines.sources.clock import iso
from pipelines.sources.errors import UnableToFetch, UnexpectedAnswer, field_of
from pipelines.sources.extracts import NOTHING_SUFFIX, Answer, Shelf, Window
from pipelines.sources.pull import Pull, each

PATH = "/reports/2021-06-30"
LONGEST_WINDOW = dt.timedelta(days=30)
SETTLED_AFTER = dt.timedelta(days=5)  # corrections of a month's last days arrive within this
FIRST_POLL_SECONDS = 10
LONGEST_POLL_SECONDS = 60
PATIENCE = dt.timedelta(minutes=45)
REPORT_LIVES = dt.timedelta(hours=1)  # a report of the present that was asked for longer ago is no present any more
SETTLEMENTS = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
SETTLEMENT_DAYS = 89  # getReports reaches 90 days back
ABOUT_SUFFIX = ".about.json"


@dataclass(frozen=True)
class ReportKind:
    """One report as a dataset. `way`: snapshot, changes (windows that follow each other) or month."""

    report_type: str
    way: str
    per_account: bool = False
    options: Mapping[str, str] = field(default_factory=dict)


KINDS: dict[str, ReportKind] = {
    "all_orders": ReportKind("GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL", "changes"),
    "customer_returns": ReportKind("GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA", "month"),
    "ledger_summary": ReportKind(
        "GET_LEDGER_SUMMARY_VIEW_DATA",
        "month",
        per_account=True,
        options={"aggregateByLocation": "COUNTRY", "aggregatedByTimePeriod": "DAILY"},
    ),
    "ledger_detail": ReportKind("GET_LEDGER_DETAIL_VIEW_DATA", "month", per_account=True),
    "myi_inventory": ReportKind("GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA", "snapshot"),
}


def pull_report(dataset: str, pull: Pull, amazon: SellingPartner) -> list[Path]:
    """The windows of a report that are not there yet."""
    kind = KINDS[dataset]

    def pull_one(marketplace: str) -> list[Path]:
        files = []
        shelf = pull.shelf(dataset) if kind.per_account else pull.shelf(dataset, marketplace)
        for window, begin, end in _windows(kind, shelf, pull):
            body: Answer = {"reportType": kind.report_type, "marketplaceIds": [marketplace]}
            if begin is not None:
                body |= {"dataStartTime": iso(begin), "dataEndTime": iso(end)}
            if kind.options:
                body["reportOptions"] = dict(kind.options)
            file = _pulled(shelf, window, body, amazon)
            if file is not None:
                files.append(file)
        return files

    return each(pull.source.marketplaces[:1] if kind.per_account else pull.source.marketplaces, pull_one)


def pull_settlements(pull: Pull, amazon: SellingPartner) -> list[Path]:
    """Settlement reports, with the fees that were really taken: Amazon makes them by itself, each is fetched once."""
    shelf = pull.shelf("settlements")
    params: Answer = {
        "reportTypes": SETTLEMENTS,
        "processingStatuses": "DONE",
        "createdSince": iso(max(pull.since, pull.until - dt.timedelta(days=SETTLEMENT_DAYS))),
        "pageSize": 100,
    }
    files = []
    while True:
        answer = amazon.ask("getReports", f"{PATH}/reports", params=params)
        for report in field_of(answer, "reports"):
            window = Window(
                _instant(field_of(report, "dataEndTime")), begin=_instant(field_of(report, "dataStartTime"))
            )
            file = shelf.folder / f"{window.name}_{report['reportId']}.tsv"
            if not file.exists():
                asked = {"reportType": SETTLEMENTS, "reportId": report["reportId"]}
                _fetch_document(amazon, report, file, asked)
                files.append(file)
        if not answer.get("nextToken"):
            return files
        params = {"nextToken": answer["nextToken"]}  # Amazon refuses any other parameter beside it


def _windows(kind: ReportKind, shelf: Shelf, pull: Pull) -> Iterator[tuple[Window, dt.datetime | None, dt.datetime]]:
    """Each window with the stretch of time that is asked for."""
    if kind.way == "snapshot":
        window = shelf.snapshot(pull.until, evening=pull.evening, token_lives=REPORT_LIVES)
        if window is not None:
            yield window, None, pull.until
    elif kind.way == "changes":
        for window in shelf.missing(since=pull.since, until=pull.until, longest=LONGEST_WINDOW):
            yield window, window.begin, window.end
    else:
        for begin, end in _months(pull.since, pull.until):
            window = Window(end, begin=begin)
            if not _is_settled(shelf, window):
                yield window, begin, min(end, pull.until)


def _months(since: dt.datetime, until: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    begin = since.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while begin < until:
        end = (begin + dt.timedelta(days=32)).replace(day=1)
        yield begin, end
        begin = end


def _is_settled(shelf: Shelf, window: Window) -> bool:
    """Whether the month was pulled so long after its end that nothing in it changes any more."""
    for suffix in (ABOUT_SUFFIX, NOTHING_SUFFIX):
        about = shelf.path(window, suffix)
        if about.exists():
            received_at = dt.datetime.fromisoformat(json.loads(about.read_text(encoding="utf-8"))["received_at"])
            if received_at >= window.end + SETTLED_AFTER:
                return True
    return False


def _pulled(shelf: Shelf, window: Window, body: Answer, amazon: SellingPartner) -> Path | None:
    """The report of one window; None when Amazon has nothing for it."""
    part = shelf.part(window)
    begun = part.last()
    if begun is None:
        answer = amazon.ask("createReport", f"{PATH}/reports", method="POST", body=body)
        begun = {
            "report_id": field_of(answer, "reportId"),
            "asked": body,
            "received_at": iso(shelf.clock.now()),
        }
        part.append(begun)
    report = _waited_for(amazon, begun["report_id"])
    status = report["processingStatus"]
    if status == "DONE":
        file = shelf.path(window, ".tsv")
        _fetch_document(amazon, report, file, begun["asked"])
        part.restart()
        return file
    part.restart()
    if status == "CANCELLED":  # Amazon's word for a report without data, too
        shelf.remember_nothing(
            window, {"received_at": iso(shelf.clock.now()), "asked": begun["asked"], "report": report}
        )
        return None
    raise UnableToFetch(
        f"{body['reportType']}: Amazon could not make it ({status}); the next run asks anew. If it stays so, see the "
        f"report {begun['report_id']} in Seller Central"
    )


def _waited_for(amazon: SellingPartner, report_id: str) -> Answer:
    deadline = amazon.clock.now() + PATIENCE
    seconds = FIRST_POLL_SECONDS
    while True:
        report = amazon.ask("getReport", f"{PATH}/reports/{report_id}")
        if field_of(report, "processingStatus") in ("DONE", "CANCELLED", "FATAL"):
            return report
        if amazon.clock.now() >= deadline:
            raise UnableToFetch(
                f"the report {report_id} is still {report['processingStatus']}; the next run goes on waiting for it"
            )
        amazon.clock.sleep(seconds)
        seconds = min(2 * seconds, LONGEST_POLL_SECONDS)


def _fetch_document(amazon: SellingPartner, report: Answer, file: Path, asked: Answer) -> None:
    document_id = field_of(report, "reportDocumentId")
    document = amazon.ask("getReportDocument", f"{PATH}/documents/{document_id}")
    with amazon.session.download(field_of(document, "url"), operation="getReportDocument") as (chunks, headers):
        encoding = declared_encoding(headers.get("Content-Type", ""))
        packing = document.get("compressionAlgorithm")
        if packing not in (None, "GZIP"):
            raise UnexpectedAnswer(f"a report is packed as {packing}, which the contract does not know")
        with replacing(file) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
            rows = 0
            for line in without_buyers(decoded_lines(unpacked(chunks) if packing else chunks, encoding)):
                stream.write(line + "\n")
                rows += 1
    about = {
        "received_at": iso(amazon.clock.now()),
        "asked": asked,
        "report": report,
        "encoding": encoding,
        "lines": rows,
    }
    # after the file: a crash in between has it pulled once more, never believed to be settled when it is not
    with replacing(file.with_name(file.name.removesuffix(".tsv") + ABOUT_SUFFIX)) as temporary:
        temporary.write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _instant(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    except ValueError:
        raise UnexpectedAnswer(f'"{text}" is no instant') from None
