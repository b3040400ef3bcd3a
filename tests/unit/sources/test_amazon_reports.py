"""Reports: asked for once, waited for, unpacked and decoded as declared; ledgers land once an account."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.sources.amazon.report_text import decoded_lines, unpacked, without_buyers
from pipelines.sources.errors import UnableToFetch, UnexpectedAnswer
from pipelines.sources.settings import Source
from tests.vendor_contract import Contract
from tests.vendor_server import Asked, CountingClock, Reply, Vendor

from .conftest import Puller

US, DE, FR = "ATVPDKIKX0DER", "A1PA6795UKMFR9", "A13V1IB3VIYZZH"
REPORTS = "/reports/2021-06-30"
SINCE = dt.date(2026, 10, 1)


class ReportDesk:
    """Amazon's reports of one account: each is IN_PROGRESS until it was looked at `looks` times."""

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor
        self.asked: list[dict[str, Any]] = []
        self.looks = 1
        self.status = "DONE"
        self.text: Callable[[dict[str, Any]], str] = lambda _: "sku\tafn\nA\t1\n"
        self.encoding = "utf-8"
        self.declares: str | None = "UTF-8"
        self.is_packed = True
        self.looked: dict[str, int] = {}
        vendor.on("POST", "/auth/o2/token", {"access_token": "Atza|token", "expires_in": 3600})
        vendor.on("POST", f"{REPORTS}/reports", self.create)
        self._reply = vendor.reply
        vendor.reply = self.reply  # type: ignore[method-assign]

    def create(self, asked: Asked) -> Reply:
        self.asked.append(asked.json)
        return Reply({"reportId": str(len(self.asked))}, 202)

    def reply(self, asked: Asked) -> Reply:
        if asked.method == "GET" and asked.path.startswith(f"{REPORTS}/reports/"):
            return Reply(self.report(asked.path.rsplit("/", 1)[1]))
        if asked.path.startswith(f"{REPORTS}/documents/"):
            number = asked.path.rsplit("/", 1)[1].removeprefix("document-")
            address = f"{self.vendor.url}/blob/{number}?X-Amz-Signature=signed-away"
            packing = {"compressionAlgorithm": "GZIP"} if self.is_packed else {}
            return Reply({"reportDocumentId": f"document-{number}", "url": address} | packing)
        if asked.path.startswith("/blob/"):
            body = self.asked[int(asked.path.rsplit("/", 1)[1]) - 1]
            content = self.text(body).encode(self.encoding)
            declared = f"text/plain; charset={self.declares}" if self.declares else "text/plain"
            return Reply(gzip.compress(content) if self.is_packed else content, headers={"Content-Type": declared})
        return self._reply(asked)

    def report(self, number: str) -> dict[str, Any]:
        self.looked[number] = self.looked.get(number, 0) + 1
        body = self.asked[int(number) - 1]
        report = {
            "reportId": number,
            "reportType": body["reportType"],
            "createdTime": "2026-11-02T12:00:00Z",
            "marketplaceIds": body["marketplaceIds"],
            "processingStatus": "IN_PROGRESS",
        }
        if self.looked[number] > self.looks:
            report["processingStatus"] = self.status
            if self.status == "DONE":
                report["reportDocumentId"] = f"document-{number}"
        return report


@pytest.fixture
def desk(vendor: Vendor) -> ReportDesk:
    return ReportDesk(vendor)


def _source(puller: Puller, *datasets: str, marketplaces: tuple[str, ...] = (US,), **settings: Any) -> Source:
    options = {"login_url": f"{puller.vendor.url}/auth/o2/token"}
    values = {"since": SINCE} | settings
    return puller.source("amazon", *datasets, marketplaces=marketplaces, options=options, **values)


@pytest.mark.shared
def test_a_report_is_asked_for_waited_for_and_kept_as_it_came(
    puller: Puller,
    vendor: Vendor,
    desk: ReportDesk,
    clock: CountingClock,
    shared: Path,
    contracts: Callable[[str], Contract],
) -> None:
    contract = contracts("amazon-sp-api/reports_2021-06-30.json")
    vendor.checks.append(lambda a, r: contract.check(a, r) if a.path.startswith(REPORTS) else None)
    name = "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA"
    header = (shared / "specs" / "amazon-report-headers" / f"{name}.tsv").read_text(encoding="utf-8").rstrip("\n")
    row = "\t".join(str(number) for number in range(header.count("\t") + 1))
    desk.text = lambda _: f"{header}\r\n{row}\r\n"
    desk.looks = 4

    (outcome,) = puller.pull(_source(puller, "myi_inventory"))

    assert outcome.problem is None
    (file,) = outcome.files
    assert file.name == "2026-11-01_at_2026-11-02T120000Z.tsv"
    assert file.read_text(encoding="utf-8") == f"{header}\n{row}\n"
    assert desk.asked == [{"reportType": name, "marketplaceIds": [US]}]
    assert clock.slept == [10, 20, 40, 60]
    assert contract.problems == []
    about = json.loads(file.with_name(file.stem + ".about.json").read_text(encoding="utf-8"))
    assert (about["lines"], about["report"]["reportId"]) == (2, "1")


@pytest.mark.parametrize(
    ("encoding", "declares", "is_packed"),
    [("cp1252", "Cp1252", True), ("cp932", "Shift_JIS", True), ("utf-8", None, False), ("utf-16", "UTF-16", False)],
)
def test_a_report_is_decoded_by_the_encoding_that_it_declares(
    puller: Puller, desk: ReportDesk, encoding: str, declares: str | None, is_packed: bool
) -> None:
    title = {"cp932": "マグカップ①", "cp1252": "Tasse für Kaffee – groß"}.get(encoding, "杯子\x85é")
    desk.text = lambda _: f"sku\tproduct-name\nA\t{title}\n"
    desk.encoding, desk.declares, desk.is_packed = encoding, declares, is_packed

    (outcome,) = puller.pull(_source(puller, "myi_inventory"))

    assert outcome.files[0].read_text(encoding="utf-8").split("\n")[1] == f"A\t{title}"


def test_a_report_in_another_encoding_than_it_declares_is_not_landed(puller: Puller, desk: ReportDesk) -> None:
    desk.text, desk.encoding = (lambda _: "sku\tname\nA\tgroß\n"), "cp1252"

    (outcome,) = puller.pull(_source(puller, "myi_inventory"))

    assert "byte 0xdf" in (outcome.problem or "")
    assert outcome.files == ()


def test_buyers_cells_are_emptied_and_their_headers_stay(puller: Puller, desk: ReportDesk) -> None:
    header = "amazon-order-id\tsku\tship-city\tship-country\tbuyer-email\tpurchase-order-number\tquantity"
    desk.text = lambda _: f"{header}\n1\tA\tSpringfield\tUS\tx@y.z\tPO-77\t2\n2\tB\tShelbyville\n"

    (outcome,) = puller.pull(_source(puller, "all_orders"))

    assert outcome.files[0].read_text(encoding="utf-8").splitlines() == [
        header,
        "1\tA\t\tUS\t\t\t2",
        "(row of another width)\t\t",
    ]
    kept = puller.everything_kept()
    assert not any(word in kept for word in ("Springfield", "Shelbyville", "x@y.z", "PO-77", "signed-away"))


def test_a_ledger_is_asked_for_once_an_account_however_many_marketplaces(puller: Puller, desk: ReportDesk) -> None:
    for name in ("germany", "france"):  # two sources of one account, as people write them
        source = _source(puller, "ledger_summary", "ledger_detail", marketplaces=(DE, FR), name=name)
        puller.pull(source)

    folder = puller.company / "extracts" / "acme" / "ledger_summary"
    assert sorted(path.name for path in folder.glob("*.tsv")) == [
        "2026-10-01T000000Z_2026-11-01T000000Z.tsv",
        "2026-11-01T000000Z_2026-12-01T000000Z.tsv",
    ]
    summaries = [body for body in desk.asked if body["reportType"] == "GET_LEDGER_SUMMARY_VIEW_DATA"]
    assert {tuple(body["marketplaceIds"]) for body in summaries} == {(DE,)}
    assert summaries[0]["reportOptions"] == {"aggregateByLocation": "COUNTRY", "aggregatedByTimePeriod": "DAILY"}


def test_a_month_is_asked_for_anew_until_it_is_settled_and_stays_one_file(
    puller: Puller, desk: ReportDesk, clock: CountingClock
) -> None:
    source = _source(puller, "ledger_summary")
    stretches = []
    for day in (0, 1, 5):
        clock.at = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC) + dt.timedelta(days=day)
        puller.pull(source)
        stretches.append([(body["dataStartTime"], body["dataEndTime"]) for body in desk.asked])
        desk.asked.clear()
        desk.looked.clear()

    october, november = ("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"), "2026-11-01T00:00:00Z"
    assert stretches == [
        [october, (november, "2026-11-02T12:00:00Z")],
        [october, (november, "2026-11-03T12:00:00Z")],
        [october, (november, "2026-11-07T12:00:00Z")],  # pulled on the 3rd: corrections may still come
    ]
    puller.pull(source, until=clock.now() + dt.timedelta(hours=1))
    assert [body["dataStartTime"] for body in desk.asked] == [november]
    assert len(list((puller.company / "extracts" / "acme" / "ledger_summary").glob("*.tsv"))) == 2


def test_a_run_that_was_killed_while_waiting_goes_on_waiting_for_the_same_report(
    puller: Puller, desk: ReportDesk, clock: CountingClock
) -> None:
    source = _source(puller, "all_orders")
    desk.looks = 10_000
    (outcome,) = puller.pull(source)
    assert "still IN_PROGRESS; the next run goes on" in (outcome.problem or "")

    desk.looks = 0
    (outcome,) = puller.pull(source, until=clock.now())

    assert [body["dataStartTime"][:10] for body in desk.asked] == ["2026-10-01", "2026-10-31"]
    assert [file.name[:10] for file in outcome.files] == ["2026-10-01", "2026-10-31"]
    assert not list(puller.company.rglob(".part-*"))


def test_a_report_without_data_is_known_and_not_asked_for_again(puller: Puller, desk: ReportDesk) -> None:
    desk.status = "CANCELLED"
    source, until = _source(puller, "all_orders", since=dt.date(2026, 11, 1)), puller.clock.now()
    (first,) = puller.pull(source, until=until)
    (second,) = puller.pull(source, until=until)

    assert (first.problem, first.files, second.files) == (None, (), ())
    assert len(desk.asked) == 1


def test_a_report_that_amazon_could_not_make_is_asked_for_anew_by_the_next_run(
    puller: Puller, desk: ReportDesk
) -> None:
    desk.status = "FATAL"
    source = _source(puller, "all_orders", since=dt.date(2026, 11, 1))
    (first,) = puller.pull(source)
    desk.status = "DONE"
    (second,) = puller.pull(source)

    assert "could not make it (FATAL)" in (first.problem or "")
    assert len(second.files) == 1
    assert len(desk.asked) == 2


@pytest.mark.shared
def test_settlements_are_fetched_once_each_through_all_pages(
    puller: Puller, vendor: Vendor, desk: ReportDesk, contracts: Callable[[str], Contract]
) -> None:
    contract = contracts("amazon-sp-api/reports_2021-06-30.json")
    vendor.checks.append(lambda a, r: contract.check(a, r) if a.path.startswith(REPORTS) else None)
    desk.asked = [{"reportType": "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2", "marketplaceIds": [DE]}] * 2
    reports = [
        {
            "reportId": str(number),
            "reportType": "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2",
            "dataStartTime": f"2026-10-{number:02}T10:00:00+00:00",
            "dataEndTime": f"2026-10-{number + 14:02}T10:00:00+00:00",
            "createdTime": "2026-10-20T10:00:00+00:00",
            "processingStatus": "DONE",
            "reportDocumentId": f"document-{number}",
        }
        for number in (1, 2)
    ]

    def page(asked: Asked) -> Any:
        if asked.query.get("nextToken") == "more":
            assert set(asked.query) == {"nextToken"}
            return {"reports": reports[1:]}
        return {"reports": reports[:1], "nextToken": "more"}

    vendor.on("GET", f"{REPORTS}/reports", page)
    source = _source(puller, "settlements")
    (first,) = puller.pull(source)
    (second,) = puller.pull(source)

    assert [file.name for file in first.files] == [
        "2026-10-01T100000Z_2026-10-15T100000Z_1.tsv",
        "2026-10-02T100000Z_2026-10-16T100000Z_2.tsv",
    ]
    assert second.files == ()
    assert contract.problems == []


def test_a_document_that_ends_early_is_refused() -> None:
    packed = gzip.compress(b"a\tb\n" * 10_000)

    assert b"".join(unpacked([packed[:50], packed[50:]])) == b"a\tb\n" * 10_000
    with pytest.raises(UnableToFetch, match="ends before its end"):
        list(unpacked([packed[:-20]]))
    with pytest.raises(UnexpectedAnswer, match="says GZIP and is none"):
        list(unpacked([b"a\tb\n"]))


def test_only_the_line_feed_ends_a_line() -> None:
    text = "a\tb\r\nx\u2028y\t\x0b\nlast"

    for size in (1, 3, 100):
        content = text.encode()
        chunks = [content[begin : begin + size] for begin in range(0, len(content), size)]
        assert list(decoded_lines(chunks, "utf-8-sig")) == ["a\tb", "x\u2028y\t\x0b", "last"]


def test_a_report_without_buyers_is_handed_on_untouched() -> None:
    assert list(without_buyers(["sku\tquantity", "A\t1", "wide\t1\t2"])) == ["sku\tquantity", "A\t1", "wide\t1\t2"]
