"""Compile the inner loops of the fast CPU renderer: numba, for this machine's processor, cached on disk.

The first call of a kernel compiles it (seconds); later processes load it from numba's cache, next to the sources or in
the user's cache folder. The cache notices a change of the kernel's own file and of the processor, but not of a constant
or an inlined function from another file. Set-up deletes kernels compiled from other sources, so run set-up again after
changing one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, cast

from numba import njit

_F = TypeVar("_F", bound=Callable[..., Any])
_compile: Any = partial(njit, nogil=True, error_model="numpy")


def kernel(function: _F) -> _F:
    """Compile `function` on its first call. It releases the interpreter lock and divides as NumPy does.

    Of the fast-math liberties only fused multiply-add and ignoring the sign of zero are taken, so results are
    reproducible on one machine.
    """
    return _compiled(function, {"contract", "nsz"})


def summing_kernel(function: _F) -> _F:
    """Compile like `kernel`, but let sums be reordered so that they vectorise: for gradients, not for images.

    Results are still reproducible on one machine, but not to the last bit on another.
    """
    return _compiled(function, {"contract", "nsz", "reassoc"})


def inlined(function: _F) -> _F:
    """Compile `function` into each kernel that calls it, with that kernel's fast-math liberties."""
    return cast("_F", _compile(inline="always")(function))


def _compiled(function: _F, fastmath: set[str]) -> _F:
    try:
        return cast("_F", _compile(cache=True, fastmath=fastmath)(function))
    except RuntimeError:  # no cache folder is writable: every process compiles for itself
        return cast("_F", _compile(fastmath=fastmath)(function))
