"""Keeps the process small: the C library's allocator is told not to hoard."""

import ctypes

_M_ARENA_MAX = -8
_ARENAS = 2
"""One for the engine's thread, one for all others: each further arena keeps what it once took."""


def use_few_arenas() -> None:
    """Bound the arenas of glibc's allocator, before threads start; does nothing on another C library."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_M_ARENA_MAX, _ARENAS)
