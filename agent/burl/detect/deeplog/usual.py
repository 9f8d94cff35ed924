"""What training held often is not odd, whatever the network makes of it."""

from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from burl.detect.arrays import read_arrays
from burl.errors import BundleError

_OFTEN = 10
_MOST = 20_000
"""Windows kept, those that came most often."""


class Usual:
    """How surprising the windows are that came often in training, counted instead of predicted.

    The network learns each distinct window once, and not those held out to stop it in time: the first event
    of a short kind of session, one window among thousands, may be met a hundred times and yet seem
    improbable. On data/shop 85 normal sessions scored as high as the truly odd ones for it.
    """

    def __init__(self, windows: npt.NDArray[np.int32], surprises: npt.NDArray[np.float64]) -> None:
        """Args: `windows` (n, h + 1), distinct; `surprises` (n), -log10 of how often the last event came."""
        self.windows = windows
        self.surprises = surprises
        self._limits = {
            window.tobytes(): value for window, value in zip(windows, surprises.tolist(), strict=True)
        }

    @classmethod
    def of(cls, windows: npt.NDArray[np.int32]) -> Self:
        """Count windows of training (m, h + 1), one for each event."""
        distinct, counts = np.unique(windows, axis=0, return_counts=True)
        _, context = np.unique(distinct[:, :-1], axis=0, return_inverse=True)
        totals = np.bincount(context.ravel(), counts)[context.ravel()]
        rows = np.flatnonzero(counts >= _OFTEN)
        rows = rows[np.argsort(-counts[rows], kind="stable")][:_MOST]
        return cls(np.ascontiguousarray(distinct[rows]), np.log10(totals[rows] / counts[rows]))

    def limited(
        self, windows: npt.NDArray[np.int32], surprises: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        """Return `surprises` of `windows`, none of them above what was counted."""
        limits = [self._limits.get(window.tobytes(), np.inf) for window in windows]
        return np.minimum(surprises, np.array(limits, dtype=np.float64))

    def holds(self, windows: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        """Return which of `windows` came often."""
        return np.array([window.tobytes() in self._limits for window in windows], dtype=np.bool_)

    def save(self, path: Path) -> None:
        """Write as npz."""
        np.savez_compressed(path, windows=self.windows, surprises=self.surprises)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote. Raises BundleError when it is missing or damaged."""
        content = read_arrays(path, "windows", "surprises")
        try:
            return cls(content["windows"].astype(np.int32), content["surprises"].astype(np.float64))
        except (ValueError, TypeError) as error:
            raise BundleError(f"{path} cannot be read: {error!r}; train the bundle again") from error
