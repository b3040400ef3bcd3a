"""Compiled kernels are kept where a disk allows it, compiled anew where not, and never older than their source."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from forecasting import compiled

KERNELS = {
    "inner.py": "from forecasting.compiled import compiled\n\n@compiled\ndef step(x):\n    return x + {step}\n",
    "outer.py": (
        "from forecasting.compiled import compiled\nfrom forecasting.inner import step\n\n"
        "@compiled\ndef run(x):\n    return 10.0 * step(x)\n\nprint(run(1.0), run._cache_hits.total())\n"
    ),
}


def run_outer(folder: Path, **environment: str) -> list[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    done = subprocess.run(
        [sys.executable, "-B", "-m", "forecasting.outer"],
        cwd=folder,
        env=kept | {"PYTHONPATH": str(folder)} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def package_in(folder: Path, *, step: float) -> None:
    (folder / "forecasting").mkdir(exist_ok=True)
    (folder / "forecasting" / "__init__.py").write_text("")
    (folder / "forecasting" / "compiled.py").write_bytes(Path(compiled.__file__).read_bytes())
    for name, source in KERNELS.items():
        (folder / "forecasting" / name).write_text(source.format(step=step))


def test_a_kernel_is_kept_and_renewed_when_one_that_it_calls_changes(tmp_path: Path) -> None:
    package_in(tmp_path, step=1.0)
    cache = {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    assert run_outer(tmp_path, **cache) == ["20.0", "0"]
    assert run_outer(tmp_path, **cache) == ["20.0", "1"]
    package_in(tmp_path, step=2.0)
    assert run_outer(tmp_path, **cache) == ["30.0", "0"]


def test_kernels_work_where_nothing_can_be_written(tmp_path: Path) -> None:
    package_in(tmp_path, step=1.0)
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where folders would be")
    (tmp_path / "forecasting" / "__pycache__").write_text("not a folder either")
    unwritable = {"NUMBA_CACHE_DIR": str(blocked), "HOME": str(blocked), "XDG_CACHE_HOME": str(blocked)}
    assert run_outer(tmp_path, **unwritable) == ["20.0", "0"]
