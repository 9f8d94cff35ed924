"""Bearer tokens (RFC 6750): who may send."""

import hmac
from pathlib import Path

from burl.errors import ConfigError, Unauthenticated
from burl.receive.changes import Watched
from burl.receive.settings import ReceiveSettings

_SCHEME = "bearer "


class Tokens:
    """The tokens that open the door; without any it stands open.

    A file may hold several, one a line, so that a token can be changed without losing a request: a sender
    that is not let in drops what it has. The file is read again when it changes.
    """

    def __init__(self, settings: ReceiveSettings) -> None:
        """Raises ConfigError when the file cannot be read or holds no token."""
        self._given = [settings.token.get_secret_value()] if settings.token else []
        self._file = Watched([settings.token_file], _read) if settings.token_file else None

    def check(self, authorization: str) -> None:
        """Check a request's `authorization`. Raises Unauthenticated."""
        tokens = [*self._given, *(self._file.value() if self._file else [])]
        if not tokens:
            return
        scheme, shown = authorization[: len(_SCHEME)], authorization[len(_SCHEME) :].strip().encode()
        # every token is compared, in constant time: how long it takes says nothing about any of them
        known = [hmac.compare_digest(shown, token.encode()) for token in tokens]
        if scheme.lower() != _SCHEME or not any(known):
            raise Unauthenticated("no valid bearer token")


def _read(paths: list[Path]) -> list[str]:
    try:
        tokens = paths[0].read_text("utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise ConfigError(f"receive.token_file {paths[0]}: {reason}") from None
    if not tokens:
        raise ConfigError(f"receive.token_file {paths[0]}: holds no token: one a line")
    return tokens
