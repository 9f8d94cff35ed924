"""Word vectors as people publish them: GloVe's text files, word2vec's, or npz."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from burl.detect.embeddings import Embeddings
from burl.errors import InputError
from burl.receive.raw_lines import opened

_HEADER_FIELDS = 2
"""word2vec's text begins with the numbers of words and of values."""


def read_vectors(path: Path, most: int) -> Embeddings:
    """Return the first `most` word vectors of a file: text (`word value value ...`), also gzipped, or npz.

    Raises:
        InputError: it cannot be read, or holds something else.
    """
    if path.suffix == ".npz":
        found = Embeddings.read(path)
        return Embeddings(list(found.rows)[:most], found.vectors[:most])
    words: list[str] = []
    vectors: list[npt.NDArray[np.float32]] = []
    with opened(path) as file:
        for number, (word, values) in enumerate(_rows(file), 1):
            if vectors and len(values) != len(vectors[0]):
                raise InputError(
                    f"row {number} has {len(values)} values, those before have {len(vectors[0])}"
                )
            words.append(word)
            vectors.append(values)
            if len(words) == most:
                break
    if not words:
        raise InputError(f"{path} holds no word vectors")
    return Embeddings(words, np.stack(vectors))


def _rows(file: BinaryIO) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    for number, line in enumerate(file, 1):
        fields = line.decode("utf-8", "replace").rstrip().split(" ")
        if number == 1 and len(fields) == _HEADER_FIELDS:
            continue
        try:
            values = np.array(fields[1:], dtype=np.float32)
        except ValueError as error:
            raise InputError(f"row {number} is no word with its values: {error}") from error
        if not values.size:
            raise InputError(f"row {number} is no word with its values")
        yield fields[0], values
