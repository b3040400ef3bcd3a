"""`diaobo sandbox serve|advance|truth|faults`, with and without running servers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.commands.sandbox import command
from sandbox.parameters import Parameters
from sandbox.servers.serve import ADDRESSES_FILE, Servers, UnableToServe

PARAMETERS = Parameters(seed=5, products=12, months=4)


def run(*words: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(command, list(words))
    assert result.exit_code == exit_code, result.output
    return result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    servers = Servers(tmp_path, parameters=PARAMETERS, port_base=None)
    servers.start()
    servers.stop()
    assert not (tmp_path / ADDRESSES_FILE).exists()
    return tmp_path


def test_time_moves_and_the_truth_follows_without_servers(folder):
    before = json.loads(run("truth", str(folder)))
    assert run("advance", "1d12h", "--folder", str(folder)).startswith("2026-11-03T20:00:00")
    after = json.loads(run("truth", str(folder)))
    assert (before["now"], after["now"]) == ("2026-11-02T08:00:00+00:00", "2026-11-03T20:00:00+00:00")
    assert after["orders"]
    assert after["units_sum"] == 0


def test_faults_are_listed_and_switched_without_servers(folder):
    name = ["--folder", str(folder)]
    assert "timeouts           off" in run("faults", *name)
    assert "timeouts           on, 50% of gwms" in run(
        "faults", *name, "on", "timeouts", "--vendor", "gwms", "--share", "0.5"
    )
    assert "timeouts           off" in run("faults", *name, "off", "all")
    assert "there is no fault flood" in run("faults", *name, "on", "flood", exit_code=2)


def test_a_wrong_span_is_refused_in_words(folder):
    assert "pass one like 1d" in run("advance", "soon", "--folder", str(folder), exit_code=2)


def test_running_servers_are_asked(folder):
    servers = Servers(folder, parameters=PARAMETERS, port_base=None)
    servers.start()
    try:
        name = ["--folder", str(folder)]
        assert run("advance", "6h", *name).strip() == "2026-11-02T14:00:00+00:00"
        assert json.loads(run("truth", str(folder)))["now"] == "2026-11-02T14:00:00+00:00"
        assert "half_reports       on" in run("faults", *name, "on", "half_reports")
        assert "pass one like 1d" in run("advance", "soon", *name, exit_code=2)
        assert "another process runs" in run("serve", *name, exit_code=2)
    finally:
        servers.stop()
    assert "half_reports       on" in run("faults", "--folder", str(folder))


def test_a_taken_port_is_said(folder, tmp_path):
    servers = Servers(folder, parameters=PARAMETERS, port_base=None)
    port = int(servers.urls["control"].rpartition(":")[2])
    with pytest.raises(UnableToServe, match="pass another --port-base"):
        Servers(tmp_path / "other", parameters=PARAMETERS, port_base=port)
    servers.start()
    servers.stop()


def test_serve_starts_says_where_and_stops_when_told(tmp_path):
    code = "from pipelines.cli import main; main()"
    words = ["sandbox", "serve", "--folder", str(tmp_path), "--port-base", "0", "--products", "10", "--months", "3"]
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            break
    process.terminate()
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0, "".join(lines) + rest
    assert [line.split()[0] for line in lines[:5]] == ["control", "amazon", "shopify", "gwms", "17track"]
