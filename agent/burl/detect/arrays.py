"""Arrays as bundles hold them: npz without pickle. What a file claims is looked at before memory is given."""

import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from burl.errors import BundleError

_MAX_BYTES = 2**30
"""Of all arrays of a file, unpacked; an npz may claim a thousand times its size."""


def read_arrays(path: Path, *names: str) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of an npz by their names: those of `names`, or all.

    Raises:
        BundleError: it is missing, damaged, too large, lacks an array, or has one of objects, which only a
            pickle could hold.
    """
    try:
        with path.open("rb") as file:
            _look_at_size(file)
            with np.load(file, allow_pickle=False) as arrays:
                return {name: arrays[name] for name in names or arrays.files}
    except Exception as error:  # zip, zlib, numpy and memory each have errors of their own
        raise BundleError(f"{path} cannot be read: {error!r}; train the bundle again") from error


def _look_at_size(file: BinaryIO) -> None:
    """Raise ValueError where too much is claimed to be in the zip `file`."""
    claimed = sum(member.file_size for member in zipfile.ZipFile(file).infolist())
    if claimed > _MAX_BYTES:
        raise ValueError(f"{claimed} bytes of arrays, more than {_MAX_BYTES}")
    file.seek(0)
