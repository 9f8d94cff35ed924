"""The shared store: OpenSearch."""

from burl.write.opensearch.client import connect
from burl.write.opensearch.store import OpenSearchStore

__all__ = ["OpenSearchStore", "connect"]
