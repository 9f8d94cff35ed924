"""The two-level key cache in front of masking and mining.

Level one: the body with runs of digits collapsed. Level two: the masked text. Both only remember what the
slow path would answer again, so a cold cache gives the same templates as a warm one.
"""

from burl.parse.continuation import Shape

_SHAPE_BITS = 0b111
_SENSITIVE = 0b1000
_TEMPLATE_SHIFT = 4

UNKNOWN = -1


def code_of(shape: Shape, *, sensitive: bool) -> int:
    """Return the code of a key whose template is not known; `sensitive` keys never learn one."""
    return shape | (_SENSITIVE if sensitive else 0)


def shape_of(code: int) -> int:
    """Return the shape of the lines of a key, as an int: making a `Shape` costs more than the cache saves."""
    return code & _SHAPE_BITS


def template_of(code: int) -> int:
    """Return the template index of the lines of a key, or UNKNOWN."""
    return (code >> _TEMPLATE_SHIFT) - 1


class KeyCache:
    """Both levels. A full level is emptied: filling it again costs little beside keeping an order of use."""

    def __init__(self, max_entries: int) -> None:
        """Args: `max_entries` is the limit of each level."""
        self.codes: dict[bytes, int] = {}
        self.texts: dict[str, int] = {}
        self._max_entries = max_entries

    def note_shape(self, key: bytes, shape: Shape, *, sensitive: bool) -> int:
        """Remember what is known of a new key; return its code."""
        if len(self.codes) >= self._max_entries:
            self.codes.clear()
        code = self.codes[key] = code_of(shape, sensitive=sensitive)
        return code

    def note_template(self, key: bytes, code: int, index: int) -> None:
        """Remember the template of a key, unless the digits that the key leaves out decide it."""
        if not code & _SENSITIVE:
            self.codes[key] = code | (index + 1) << _TEMPLATE_SHIFT

    def note_text(self, masked: str, index: int) -> None:
        """Remember the template of a masked text."""
        if len(self.texts) >= self._max_entries:
            self.texts.clear()
        self.texts[masked] = index

    def clear(self) -> None:
        """Forget everything."""
        self.codes.clear()
        self.texts.clear()
