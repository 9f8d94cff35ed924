"""Settings -> the registry of bundles."""

from pathlib import Path

from burl.bundle.directory import DirectoryRegistry
from burl.bundle.registry import Registry
from burl.bundle.settings import BundleSettings
from burl.clock import Clock
from burl.write.settings import OpenSearchSettings


def make_registry(
    settings: BundleSettings, opensearch: OpenSearchSettings, clock: Clock, cache: Path | None = None
) -> Registry | None:
    """Return the registry that `settings.registry` names, if it names one; nothing is looked at yet.

    Args:
        settings: name the registry.
        opensearch: the connection, where it is in OpenSearch.
        clock: tells when a bundle came.
        cache: directory for what is fetched.

    Raises:
        ConfigError: a file that the settings of OpenSearch name cannot be read.
    """
    where = settings.registry
    if where is None:
        return None
    if where != "opensearch":
        return DirectoryRegistry(Path(where))
    from burl.bundle.opensearch import OpenSearchRegistry  # opensearch-py takes half a second
    from burl.write.opensearch import connect  # opensearch-py takes half a second

    return OpenSearchRegistry(connect(opensearch), opensearch, clock, cache)
