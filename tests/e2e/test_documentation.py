"""Every command of the documentation runs, page by page, in the order in which it stands there."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from opensearchpy import OpenSearch
from opensearchpy.helpers import bulk

from burl.write.settings import OpenSearchSettings
from support.documented import ELSEWHERE, PAGES, ROOT, World, commands

BY_PAGE = [pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES if commands(page)]


@pytest.mark.integration
@pytest.mark.slow
@pytest.mark.parametrize("page", BY_PAGE)
def test_commands_of_a_page_run(
    page: Path, tmp_path: Path, client: OpenSearch, installed: OpenSearchSettings
) -> None:
    write_logs(client)
    world = World(tmp_path, installed.hosts[0], installed.prefix)
    world.prepare(page)
    for command in commands(page):
        world.run(command)


def test_what_runs_elsewhere_is_still_there() -> None:
    """A reason that nothing needs is taken out."""
    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    assert [other for other in ELSEWHERE if not re.search(rf"^\$ ({other})", text, re.MULTILINE)] == []


def write_logs(client: OpenSearch) -> None:
    """Put logs of two versions into an index, as Fluent Bit does."""
    now = datetime.now(UTC)
    documents = (
        {
            "_index": "logs-documented",
            "_id": str(number),
            "@timestamp": (now - timedelta(seconds=1200 - number)).isoformat(),
            "message": f"order {number} {'packed' if number % 2 else 'paid'}",
            "service.name": "shop",
            "service.version": "1.4" if number < 600 else "1.5",
        }
        for number in range(1200)
    )
    bulk(client, documents, refresh=True)
