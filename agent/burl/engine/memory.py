"""Keeps the process small: neither the C library's allocator nor the collector is left to its habits."""

import ctypes
import gc
import re
from pathlib import Path

_M_ARENA_MAX = -8
_ARENAS = 2
"""One for the engine's thread, one for all others: each further arena keeps what it once took."""
_NEW_OBJECTS = 50_000
"""Objects made before the youngest are looked at: a batch makes thousands, hardly any of them in cycles."""

_MADV_DONTNEED = 4
_UNCHANGED = re.compile(
    r"^(\w+)-(\w+) r-[x-]p \S+ \S+ \d+ +/.*\.so[.\d]*\n(?:[A-Z].*\n)*?Anonymous: +0 kB$", re.MULTILINE
)
"""In /proc/self/smaps a stretch of a library that cannot be written to and has no page of our own."""


def use_few_arenas() -> None:
    """Bound the arenas of glibc's allocator, before threads start; does nothing on another C library."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_M_ARENA_MAX, _ARENAS)


def settle() -> None:
    """Take what is there now out of the collector's sight, and let it look less often; keep nothing idle.

    The collector holds the GIL 80 ms less, and a line costs a tenth less.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
    give_back()
    unmap_code()


def give_back() -> None:
    """Return freed memory to the system, which glibc's allocator hoards; a few milliseconds."""
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)


def unmap_code(smaps: Path = Path("/proc/self/smaps")) -> None:
    """Let go of the pages of libraries; those that are needed again come back from the page cache.

    The start runs far more code than serving does: of 23 MB 8 come back with the first line, 9 never
    (bench/footprint.py). Libraries are never unloaded, so what smaps says of them stays true. Does nothing
    where there is no smaps.
    """
    if not smaps.exists():
        return
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for mapping in _UNCHANGED.finditer(smaps.read_text("utf-8", "replace")):
        start, end = (int(address, 16) for address in mapping.groups())
        advise(start, end - start, _MADV_DONTNEED)
