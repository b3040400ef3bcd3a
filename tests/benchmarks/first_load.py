"""The first load of a million order lines: through SP-API's report path, beside DuckDB alone on the same file.

Belongs here: both ways, timed without the making of the file. Ours asks for the report, downloads, unpacks and decodes
it, empties buyers' cells, lands it as Parquet and loads it through the mapping with every check; DuckDB alone reads the
same packed file into a typed table and checks nothing. The server is a process of its own, as it would be.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import duckdb

from pipelines.company import load_company
from pipelines.landing.extraction import land
from pipelines.landing.load import load_raw
from pipelines.sources.clock import SystemClock
from pipelines.sources.pull import pull_source
from tests.conftest import REPOSITORY

LINES = 1_000_000
REPORTS = "/reports/2021-06-30"
SETTINGS = """
[company]
name = "First load"
base_currency = "USD"
time_zone = "UTC"
[policy]
service_level = 0.95
[[sources]]
source = "us"
connector = "amazon"
url = "{url}"
marketplaces = ["ATVPDKIKX0DER"]
datasets = ["all_orders"]
since = 2026-10-15
options = {{ login_url = "{url}/auth/o2/token" }}
secrets = {{ client_id = "A", client_secret = "B", refresh_token = "C" }}
[[feeds]]
feed = "orders"
mapping = "{{sources}}/amazon_all_orders.toml"
files = "extracts/us/all_orders/ATVPDKIKX0DER/*.tsv"
constants = {{ shop_id = "us" }}
"""


def through_the_report_path() -> float:
    """Lines a second from createReport to raw.order_lines."""
    with _folder() as folder, _served(_packed_report(folder)) as url:
        settings = SETTINGS.replace("{url}", url).replace("{{sources}}", "{sources}")
        (folder / "company.toml").write_text(settings.replace("{{", "{").replace("}}", "}"), encoding="utf-8")
        company = load_company(folder, environ={})
        start = time.perf_counter()
        (outcome,) = pull_source(
            company.sources[0],
            company=folder,
            time_zone="UTC",
            until=dt.datetime(2026, 11, 2, tzinfo=dt.UTC),
            clock=SystemClock(),
            environ=dict.fromkeys("ABC", "not-a-secret"),
        )
        land(company)
        config = {"memory_limit": "1GB", "threads": 2, "temp_directory": str(folder / "spill")}
        with duckdb.connect(folder / "warehouse.duckdb", config=config) as connection:
            report = load_raw(connection, company=company, as_of_date=dt.date(2026, 11, 2))
        seconds = time.perf_counter() - start
    if outcome.problem or report.accepted.get("order_lines") != LINES:
        raise RuntimeError(f"{outcome.problem}; {report.accepted} of {LINES} lines")
    return LINES / seconds


def duckdb_alone() -> float:
    """Lines a second from the packed file to a typed table."""
    with _folder() as folder:
        report = _packed_report(folder)
        start = time.perf_counter()
        with duckdb.connect(folder / "alone.duckdb", config={"memory_limit": "1GB", "threads": 2}) as connection:
            count = connection.execute(
                f"create table lines as select * from read_csv('{report}', delim = '\t', header = true, quote = '')"
            ).fetchall()
        seconds = time.perf_counter() - start
    if count != [(LINES,)]:
        raise RuntimeError(f"{count} of {LINES} lines")
    return LINES / seconds


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _packed_report(folder: Path) -> Path:
    """The all-orders report with Amazon's own header."""
    headers = (REPOSITORY / "sandbox" / "data" / "amazon_report_headers.tsv").read_text(encoding="utf-8").splitlines()
    name = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
    columns = next(line for line in headers if line.startswith(name)).split("\t")[1:]
    path = folder / "report.tsv.gz"
    values = {
        "order-status": "Shipped", "currency": "USD", "item-price": "19.90", "quantity": "1",
        "product-name": "Mug, blue, 350 ml, dishwasher safe", "ship-city": "Springfield",
        "ship-country": "US", "sales-channel": "Amazon.com",
    }  # fmt: skip
    template = [values.get(column, "") for column in columns]
    order, sku, bought = (columns.index(name) for name in ("amazon-order-id", "sku", "purchase-date"))
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as stream:
        stream.write("\t".join(columns) + "\n")
        for number in range(LINES):
            template[order] = f"113-{number:014}"
            template[sku] = f"MUG-{number % 5000}"
            template[bought] = f"2026-10-{15 + number % 14}T10:{number % 60:02}:00+00:00"
            stream.write("\t".join(template) + "\n")
    return path


@contextlib.contextmanager
def _served(report: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.benchmarks.first_load", str(report)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as server:
        try:
            port = server.stdout.readline().strip() if server.stdout else ""
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def serve(report: Path) -> None:
    """Answers the calls of one report until it is ended."""
    content = report.read_bytes()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            return

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            made = {
                "reportId": "1",
                "reportType": "x",
                "createdTime": "2026-11-02T00:00:00Z",
                "processingStatus": "DONE",
            }
            answers = {
                "/auth/o2/token": {"access_token": "not-a-secret", "expires_in": 3600},
                f"{REPORTS}/reports": {"reportId": "1"},
                f"{REPORTS}/reports/1": made | {"reportDocumentId": "d"},
                f"{REPORTS}/documents/d": {
                    "reportDocumentId": "d",
                    "url": f"http://127.0.0.1:{self.server.server_address[1]}/report",
                    "compressionAlgorithm": "GZIP",
                },
            }
            body = content if self.path == "/report" else json.dumps(answers[self.path]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; charset=UTF-8" if body is content else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer  # noqa: N815

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
