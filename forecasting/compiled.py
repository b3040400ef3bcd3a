"""How numerical kernels are compiled: Numba, without the interpreter lock, cached on disk where a disk allows it.

Belongs here: the decorator. Does not: any kernel (it lives beside the model that it computes).

Kernels run over a slice of series and release the interpreter lock, so plain threads run them side by side. That is
chosen over `prange`: Numba's default threading layer ends the process when two threads enter it at once, which the
app and Dagster would do.

Numba keeps compiled code in `NUMBA_CACHE_DIR`, else in `__pycache__` beside the source, else (read-only installation,
another user's files) in the user's own cache folder. Where none of them can be written it refuses to define the
function at all; then the kernel is compiled in every process anew.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar, cast

import numba

logger = logging.getLogger(__name__)
Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile a numerical function to machine code on its first call.

    Sums may be reordered (so that they vectorize) and contracted to fused multiply-adds; infinity and NaN keep their
    meaning, and one machine gives one result.
    """
    return _compile(function, {"reassoc", "contract", "nsz"})


def compiled_as_written(function: Function) -> Function:
    """The same with every rounding as NumPy has it, for results that must agree with a package to the last digit."""
    return _compile(function, set())


def _compile(function: Function, fast_math: set[str]) -> Function:
    dispatcher = numba.njit(nogil=True, error_model="numpy", fastmath=fast_math or False)(function)
    try:
        dispatcher.enable_caching()
    except RuntimeError as error:
        if "cannot cache" not in str(error):
            raise
        logger.info("%s: compiled code cannot be kept (%s): set NUMBA_CACHE_DIR", function.__name__, error)
    else:
        # Numba compares the source of the function's own file only, and would go on using a kernel that contains an
        # older version of one imported from elsewhere. tests/unit/forecasting/test_compiled.py watches this.
        dispatcher._cache._cache_file._source_stamp = _digest_of_all_kernels()  # type: ignore[attr-defined]
    return cast("Function", dispatcher)


@cache
def _digest_of_all_kernels() -> str:
    """A hash of every module beside this one that compiles something, and of this one."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        source = path.read_bytes()
        if b"forecasting.compiled import" in source or path.name == Path(__file__).name:
            digest.update(path.name.encode() + source)
    return digest.hexdigest()
