"""Word vectors: imported ones (GloVe), or, without any, such as the logs themselves teach.

Imported vectors lie in one file, where `burl train` finds it; a bundle carries only the words it needs.
"""

import os
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from burl.errors import InputError

Floats = npt.NDArray[np.float32]

_LEARNT_WIDTH = 256
_POWERS = 4
_PORTION = 256
_TABLE = 2
"""Axes of a table."""


class Embeddings:
    """Word vectors: row `rows[word]` of `vectors` (words, width), float32."""

    def __init__(self, words: Sequence[str], vectors: npt.NDArray[np.floating]) -> None:
        """Keep the first vector of each word.

        Raises:
            InputError: there are no words, not one vector for each, or one is not finite.
        """
        if not words or vectors.ndim != _TABLE or len(words) != len(vectors) or not vectors.size:
            raise InputError(
                f"{len(words)} words and vectors of shape {vectors.shape} do not belong together"
            )
        if not np.isfinite(vectors).all():
            raise InputError("a word vector is not finite")
        firsts: dict[str, int] = {}
        for row, word in enumerate(words):
            firsts.setdefault(word, row)
        self.rows = {word: row for row, word in enumerate(firsts)}
        self.vectors: Floats = np.asarray(vectors[list(firsts.values())], dtype=np.float32)

    @classmethod
    def read(cls, path: Path) -> "Embeddings":
        """Read what `write` wrote. Raises InputError when it cannot be read, or holds something else."""
        try:
            with np.load(path, allow_pickle=False) as arrays:
                return cls(str(arrays["words"]).split("\n"), arrays["vectors"])
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise InputError(f"{path} holds no word vectors: {error}") from error

    def write(self, path: Path) -> None:
        """Write an npz: `words` joined by line feeds, `vectors` as float16; whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        staged = path.with_name(f".{path.stem}.{os.getpid()}.npz")
        try:
            np.savez(staged, words=np.array("\n".join(self.rows)), vectors=self.vectors.astype(np.float16))
            staged.replace(path)
        finally:
            staged.unlink(missing_ok=True)

    def near(self, words: Iterable[str], each: int) -> list[str]:
        """Return the `each` words nearest to each of `words` by cosine, without these, sorted."""
        known = [self.rows[word] for word in words if word in self.rows]
        if not each:
            return []
        scaled = self.vectors / np.maximum(np.linalg.norm(self.vectors, axis=1, keepdims=True), 1e-9)
        count = min(each + 1, len(scaled))
        found = set[int]()
        for start in range(0, len(known), _PORTION):
            likeness = scaled[known[start : start + _PORTION]] @ scaled.T
            found.update(np.argpartition(-likeness, count - 1, axis=1)[:, :count].ravel().tolist())
        names = list(self.rows)
        return sorted(names[row] for row in found.difference(known))


@dataclass(frozen=True, slots=True)
class TextResources:
    """What training may know of language beside the logs.

    Attributes:
        embeddings: a file of word vectors; None where none were imported.
        auxiliary: masked lines of other systems; empty where none were given.
    """

    embeddings: Path | None = None
    auxiliary: tuple[str, ...] = ()

    def vectors(self) -> Embeddings | None:
        """Return the imported word vectors. Raises InputError when the file is damaged."""
        return None if self.embeddings is None else _read(self.embeddings, self.embeddings.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _read(path: Path, changed_ns: int) -> Embeddings:
    del changed_ns  # a file that was replaced is read again
    return Embeddings.read(path)


def imported_path() -> Path:
    """Return where imported word vectors lie: in the user's data folder (`XDG_DATA_HOME`)."""
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / "burl" / "embeddings.npz"


def imported() -> Path | None:
    """Return the file of imported word vectors, None where there is none."""
    path = imported_path()
    return path if path.is_file() else None


def start_vectors(words: Sequence[str], known: Embeddings | None, phrases: Sequence[Sequence[str]]) -> Floats:
    """Return a vector for each of `words` (words, width).

    Args:
        words: all of `phrases`, and others.
        known: imported vectors; a word that is not among them gets a random vector of its own, of the usual
            length. None: all are learnt from `phrases`.
        phrases: the words of the distinct lines.
    """
    if known is None:
        return learnt(words, phrases)
    norm = float(np.linalg.norm(known.vectors, axis=1).mean())
    rows = [
        known.vectors[known.rows[word]] if word in known.rows else _own(word, known.vectors.shape[1]) * norm
        for word in words
    ]
    return np.array(rows, dtype=np.float32)


def learnt(words: Sequence[str], phrases: Sequence[Sequence[str]]) -> Floats:
    """Return vectors that are learnt from which words stand together in lines.

    Positive pointwise mutual information, its largest singular vectors weighted by the root of their values
    (Levy, Goldberg, Dagan, TACL 2015), found by random projection (Halko, Martinsson, Tropp, SIAM Review
    2011). Words of `phrases` that are not among `words` are passed over.
    """
    columns = {word: column for column, word in enumerate(words)}
    presence = np.zeros((len(phrases), len(words)), dtype=np.float32)
    for row, phrase in enumerate(phrases):
        presence[row, [columns[word] for word in phrase if word in columns]] = 1.0
    together = presence.T @ presence
    counts = np.maximum(np.diag(together), 1e-9)
    with np.errstate(divide="ignore"):
        information = np.maximum(np.log(together * len(phrases) / np.outer(counts, counts)), 0.0)
    width = min(_LEARNT_WIDTH, len(words))
    basis = np.random.default_rng(0).standard_normal((len(words), width))
    for _ in range(_POWERS):
        basis, _ = np.linalg.qr(information @ basis)
    left, values, _ = np.linalg.svd(basis.T @ information, full_matrices=False)
    return np.asarray(basis @ left * np.sqrt(values), dtype=np.float32)


def _own(word: str, width: int) -> Floats:
    """Return a random vector of length 1 that depends on the word alone."""
    vector = np.random.default_rng(zlib.crc32(word.encode())).standard_normal(width)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)
