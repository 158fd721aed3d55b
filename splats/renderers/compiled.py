"""How the inner loops of the fast CPU renderer are compiled: numba, for the processor at hand, kept on disk.

The first call of a kernel compiles it (seconds); numba's cache, beside the sources or in the user's cache folder,
serves every later process. The cache notices a change of the kernel's own file and of the processor, but not of a
constant imported from another file: set-up deletes the kernels of other sources, so who changes one runs it again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, cast

from numba import njit

_F = TypeVar("_F", bound=Callable[..., Any])
_compile: Any = partial(njit, nogil=True, error_model="numpy")


def kernel(function: _F) -> _F:
    """`function` compiled on its first call. It releases the interpreter lock and divides as NumPy does.

    Fused multiply-add is the one liberty taken with arithmetic, so a machine's results are reproducible.
    """
    return _compiled(function, {"contract", "nsz"})


def summing_kernel(function: _F) -> _F:
    """Like `kernel`, but sums may be taken in another order, several at once: for gradients, not for pictures.

    Still the same on the same machine, not to the last bit on another.
    """
    return _compiled(function, {"contract", "nsz", "reassoc"})


def _compiled(function: _F, liberties: set[str]) -> _F:
    try:
        return cast("_F", _compile(cache=True, fastmath=liberties)(function))
    except RuntimeError:  # no folder for the cache can be written: every process compiles for itself
        return cast("_F", _compile(fastmath=liberties)(function))
