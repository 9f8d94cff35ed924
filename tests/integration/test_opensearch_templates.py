"""The catalogue of templates as people use it, in a real OpenSearch."""

from pathlib import Path

import orjson
import pytest
from opensearchpy import OpenSearch

from burl.clock import SystemClock
from burl.decide import CatalogueEntry, Findings
from burl.write import WriteSettings, make_store
from burl.write.settings import OpenSearchSettings
from support.command_line import burl
from support.retries import SEEDED
from support.samples import template

pytestmark = [pytest.mark.integration, pytest.mark.oldest]


@pytest.fixture
def config(installed: OpenSearchSettings, tmp_path: Path) -> Path:
    path = tmp_path / "burl.yaml"
    settings = {"hosts": installed.hosts, "prefix": installed.prefix}
    path.write_text(orjson.dumps({"write": {"store": "opensearch", "opensearch": settings}}).decode())
    return path


def write(client: OpenSearch, settings: OpenSearchSettings, *documents: dict[str, object]) -> None:
    """Write entries of the catalogue as an agent does."""
    store = make_store(WriteSettings(store="opensearch", opensearch=settings), SystemClock(), SEEDED, {})
    entries = [
        CatalogueEntry("template", f"{d['service.name']}-{d['log.template.id']}", 0, d) for d in documents
    ]
    store.write(Findings(catalogue=entries))
    store.close()
    client.indices.refresh(index=f"{settings.prefix}_templates")


def test_a_template_is_named_in_every_service_and_keeps_its_name(
    client: OpenSearch, installed: OpenSearchSettings, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = template(1)
    there, other = here | {"service.name": "pay"}, template(2)
    write(client, installed, here, there, other)
    named = burl(capsys, "templates", "name", here["log.template.id"], "disk full", "--config", config)
    assert (named.code, named.err) == (0, "")
    write(client, installed, here | {"last_seen": "2026-11-22T00:00:00.000000000Z", "supersedes": ["old"]})
    listed = burl(capsys, "templates", "list", "--config", config, "--json")
    found = {entry["service.name"]: entry for entry in orjson.loads(listed.out)}
    assert [found[service].get("name") for service in ("cart1", "pay", "cart2")] == ["disk full"] * 2 + [None]
    assert found["cart1"]["supersedes"] == ["old"]
    assert found["cart1"]["@timestamp"] == here["@timestamp"]
    only = burl(capsys, "templates", "list", "--service", "pay", "--config", config)
    assert "disk full" in only.out
    assert "cart" not in only.out


def test_an_unknown_template_is_one_line(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = burl(capsys, "templates", "name", "nosuch", "x", "--config", config)
    assert (result.code, len(result.err.splitlines())) == (2, 1)
    assert "no template nosuch" in result.err
