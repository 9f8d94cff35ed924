"""A dataset as an evaluation needs it: units to learn from, and labelled units to judge."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from burl.detect import Detector
from burl.train.corpus import Corpus, Split
from burl.window import Unit

LEVELS: dict[Unit, str] = {"event": "line", "window": "window", "session": "session", "interval": "interval"}


@dataclass(frozen=True, slots=True)
class Dataset:
    """Training and test part, cut into units; `test` is labelled.

    Attributes:
        name: the folder's name, and the protocol where it is not the only one.
        split: head and held-out tail of the training part.
        whole: the training part.
        test: shares catalogue and streams with `whole`.
        of_events: True for event ids without text.
        protocol: how the parts were made.
        warnings: what makes the figures look better than they are.
        repeats: where equal sequences stand in `test` once: the row of each; None where each stands itself.
    """

    name: str
    split: Split
    whole: Corpus
    test: Corpus
    of_events: bool
    protocol: str
    warnings: list[str] = field(default_factory=list)
    repeats: npt.NDArray[np.int64] | None = None

    def units(self, kind: type[Detector]) -> list[Unit]:
        """Return the units of the dataset that such a detector can be judged by, its default first."""
        return [unit for unit in kind.units if self.labels(unit) is not None]

    def labels(self, unit: Unit) -> npt.NDArray[np.bool_] | None:
        """Return the labels of the test part's units; None where there are none."""
        labels = self.test.labels(unit)
        return None if labels is None or not len(labels) else self.spread(labels)

    def spread(self, judged: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return what was said of each row of `test` for each unit of the dataset."""
        return judged if self.repeats is None else judged[self.repeats]


def file_in(directory: Path, name: str) -> Path | None:
    """Return `name` or `name.gz` in `directory`, None where there is neither."""
    found = [path for path in (directory / name, directory / f"{name}.gz") if path.is_file()]
    return found[0] if found else None
