"""The connection to OpenSearch, and the one place where its errors become ours."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import (
    AuthenticationException,
    AuthorizationException,
    OpenSearchException,
    SSLError,
    TransportError,
)

from burl.errors import ConfigError, Permanent, Retryable
from burl.write.settings import OpenSearchSettings

# The library logs each failed request with a traceback; ours are counted, and told once by who gives up.
logging.getLogger("opensearch").setLevel(logging.CRITICAL)

_TRY_AGAIN = {429, 502, 503, 504}
_CONNECTIONS = 8
"""Kept open to each host: writer, follower, console and probes ask at once."""


def connect(settings: OpenSearchSettings) -> OpenSearch:
    """Return a client; nothing is sent yet. Retries are ours, so the client makes none.

    Raises:
        ConfigError: a file that the settings name cannot be read.
    """
    options: dict[str, Any] = {}
    if settings.username:
        options["http_auth"] = (settings.username, settings.secret())
    if any(host.startswith("https://") for host in settings.hosts):
        options["verify_certs"] = not settings.insecure_skip_verify
        options["ssl_show_warn"] = False
        options["ca_certs"] = _existing("ca_file", settings.ca_file)
        options["client_cert"] = _existing("client_cert_file", settings.client_cert_file)
        options["client_key"] = _existing("client_key_file", settings.client_key_file)
    return OpenSearch(
        settings.hosts,
        timeout=settings.request_timeout_seconds,
        max_retries=0,
        pool_maxsize=_CONNECTIONS,
        retry_on_timeout=False,
        **options,
    )


def _existing(setting: str, path: Path | None) -> str | None:
    if path is not None and not path.is_file():
        raise ConfigError(f"opensearch.{setting} {path}: no such file")
    return str(path) if path else None


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Raise this library's errors as ours, in one line that names `url`.

    Raises:
        ConfigError: the password is refused (401), a right is missing (403), the certificate is not trusted.
        Retryable: OpenSearch cannot be reached, or is too busy.
        Permanent: it refuses the request.
    """
    try:
        yield
    except AuthenticationException:
        raise ConfigError(f"OpenSearch at {url} refuses the user name or the password") from None
    except AuthorizationException as error:
        raise ConfigError(f"OpenSearch at {url} denies a right: {describe(error)}") from None
    except SSLError as error:
        raise ConfigError(f"OpenSearch at {url}: the connection cannot be trusted: {error.error}") from None
    except TransportError as error:
        again = not isinstance(error.status_code, int) or error.status_code in _TRY_AGAIN
        kind = Retryable if again else Permanent
        raise kind(f"OpenSearch at {url}: {describe(error)}") from error
    except OpenSearchException as error:
        raise Retryable(f"OpenSearch at {url} gave an answer that is none: {error}") from error


def describe(error: TransportError) -> str:
    """Return what an error says about its cause, in one line."""
    answered = isinstance(error.status_code, int)
    text = f"answered {error.status_code} {error.error}" if answered else f"cannot be reached ({error.error})"
    reason = error.info.get("error") if isinstance(error.info, dict) else None
    if isinstance(reason, dict) and reason.get("reason"):
        text += f": {reason['reason']}"
    return " ".join(text.split())
