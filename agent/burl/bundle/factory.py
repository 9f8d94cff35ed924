"""Settings -> the registry of bundles."""

from pathlib import Path
from typing import TYPE_CHECKING

from burl.bundle.directory import DirectoryRegistry
from burl.bundle.registry import Registry
from burl.clock import Clock

if TYPE_CHECKING:
    from burl.config import Settings


def make_registry(settings: "Settings", clock: Clock, cache: Path | None = None) -> Registry | None:
    """Return the registry that `bundle.registry` names, if it names one; nothing is looked at yet.

    Args:
        settings: sections `bundle` and `write.opensearch`.
        clock: tells when a bundle came.
        cache: directory for what is fetched.

    Raises:
        ConfigError: a file that the settings of OpenSearch name cannot be read.
    """
    where = settings.bundle.registry
    if where is None:
        return None
    if where != "opensearch":
        return DirectoryRegistry(Path(where))
    from burl.bundle.opensearch import OpenSearchRegistry  # noqa: PLC0415 - opensearch-py takes half a second
    from burl.write.opensearch import connect  # noqa: PLC0415 - opensearch-py takes half a second

    opensearch = settings.write.opensearch
    return OpenSearchRegistry(connect(opensearch), opensearch, clock, cache)
