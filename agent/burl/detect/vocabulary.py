"""Dense ids for the templates that a model knows: what a trained model counts, embeds or predicts."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from burl.errors import BundleError
from burl.parse import Catalogue
from burl.receive.batch import Ints


class Vocabulary:
    """The templates that a model was trained on; `ids[i]` is the template id (a hash) of dense id `i`.

    Any other template is encoded as `unseen`, which is `len(ids)`.
    """

    def __init__(self, ids: list[str], supersedes: Mapping[str, str] | None = None) -> None:
        """Args: `supersedes` maps an id mined online to the id that training gave those lines."""
        self.ids = ids
        self.unseen = len(ids)
        self._supersedes = dict(supersedes or {})
        self._dense = {identifier: dense for dense, identifier in enumerate(ids)}
        self._catalogue: Catalogue | None = None
        self._lookup: Ints = np.empty(0, dtype=np.int64)

    @classmethod
    def of(cls, templates: Ints, catalogue: Catalogue) -> "Vocabulary":
        """Return the vocabulary of all `templates` (catalogue indexes), in order of their ids."""
        return cls(sorted(catalogue[int(index)].id for index in np.unique(templates)))

    def __len__(self) -> int:
        """Return the number of known templates; `unseen` is not counted."""
        return len(self.ids)

    def encode(self, templates: Ints, catalogue: Catalogue) -> Ints:
        """Return the dense id of each catalogue index (all >= 0); `unseen` for those never trained on."""
        if catalogue is not self._catalogue:
            self._catalogue, self._lookup = catalogue, np.empty(0, dtype=np.int64)
        if len(self._lookup) < len(catalogue):
            born = range(len(self._lookup), len(catalogue))
            grown = np.fromiter((self._find(catalogue[i].id) for i in born), np.int64, len(born))
            self._lookup = np.concatenate([self._lookup, grown])
        return self._lookup[templates]

    def decode(self, dense: int, catalogue: Catalogue) -> int:
        """Return the catalogue index of a dense id; -1 for `unseen` and templates the catalogue lacks."""
        return catalogue.index(self.ids[dense]) if dense < self.unseen else -1

    def save(self, path: Path) -> None:
        """Write the vocabulary as JSON."""
        path.write_text(json.dumps({"ids": self.ids, "supersedes": self._supersedes}), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "Vocabulary":
        """Read what `save` wrote. Raises BundleError when it is missing or damaged."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                [str(i) for i in content["ids"]], {str(k): str(v) for k, v in content["supersedes"].items()}
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BundleError(
                f"vocabulary {path} cannot be read: {error!r}; train the bundle again"
            ) from error

    def _find(self, identifier: str) -> int:
        for _ in range(
            len(self._supersedes) + 1
        ):  # a chain is never longer; a damaged, circular map ends too
            if identifier in self._dense or identifier not in self._supersedes:
                break
            identifier = self._supersedes[identifier]
        return self._dense.get(identifier, self.unseen)
