"""Write what this release leaves in OpenSearch - templates, indices, documents - for later releases to load.

Run by `PYTHONPATH=tests .venv/bin/python scripts/golden_index.py`, it writes
tests/golden/upgrade/index.json, once for a release whose documents or mappings changed.
"""

from pathlib import Path

from burl.clock import SystemClock
from burl.decide import Findings
from burl.write.factory import open_store
from burl.write.opensearch import connect
from burl.write.settings import OpenSearchSettings, WriteSettings
from burl_opensearch.platform import install
from support.opensearch_server import OpenSearchServer
from support.samples import annotation, dead_letter, incident, verdict
from support.stored_index import PREFIX, keep

OUT = Path(__file__).resolve().parents[1] / "tests" / "golden" / "upgrade" / "index.json"


def main() -> None:
    """Install into a fresh server, write a document of each kind, keep all of it."""
    server = OpenSearchServer()
    server.start()
    try:
        settings = OpenSearchSettings(hosts=[server.url], prefix=PREFIX)
        client = connect(settings)
        install(client, server.url, PREFIX)
        store = open_store(WriteSettings(store="opensearch", opensearch=settings), SystemClock())
        store.write(Findings([annotation(1)], [incident(1)], [dead_letter(1)]))
        store.add_verdict(verdict(1))
        keep(client, OUT)
        store.close()
        client.close()
    finally:
        server.remove()


if __name__ == "__main__":
    main()
