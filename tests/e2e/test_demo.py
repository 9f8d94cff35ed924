"""`burl demo` as a user runs it: a real agent, a real exporter, the shipped logs."""

import json
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from burl.write.opensearch import connect
from burl.write.settings import OpenSearchSettings
from burl_opensearch.dashboards import build_dashboards
from support.command_line import burl
from support.opensearch_server import OpenSearchServer
from support.panel_queries import panel_queries
from support.panels import rows

COMMAND = [sys.executable, "-m", "burl", "demo"]
WAIT_SECONDS = 300
MIN_EPISODES, MAX_FALSE, MAX_INCIDENTS = 29, 4, 60


def demo(*arguments: object) -> str:
    """Run the demo; return what it printed."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=WAIT_SECONDS
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def figure(printed: str, label: str) -> int:
    found = re.search(rf"^ *([\d,]+)(?: of \d+)? +{label}", printed, re.MULTILINE)
    assert found is not None, printed
    return int(found[1].replace(",", ""))


def check_figures(printed: str) -> None:
    assert figure(printed, "log records") > 120_000
    assert figure(printed, "injected faults found") >= MIN_EPISODES
    assert figure(printed, "false incidents") <= MAX_FALSE
    assert figure(printed, "incidents") <= MAX_INCIDENTS


@pytest.mark.slow
def test_it_finds_the_faults_and_leaves_a_page(tmp_path: Path) -> None:
    printed = demo("--out", tmp_path)
    check_figures(printed)
    page = tmp_path / "demo.html"
    assert page.as_uri() in printed
    assert "burl score --input -" in printed
    assert [path.name for path in tmp_path.iterdir()] == ["demo.html"]
    html = page.read_text("utf-8")
    assert html.count('<details class="incident"') == figure(printed, "incidents")
    assert "<mark>" in html


@pytest.mark.slow
@pytest.mark.integration
def test_the_same_with_opensearch(tmp_path: Path, opensearch: OpenSearchServer) -> None:
    printed = demo("--out", tmp_path, "--opensearch", opensearch.url, "--keep")
    check_figures(printed)
    assert opensearch.url in printed
    assert (tmp_path / "agent" / "agent.log").exists()
    assert not (tmp_path / "agent" / "burl.sqlite").exists()
    with closing(connect(OpenSearchSettings(hosts=[opensearch.url]))) as client:
        client.indices.refresh(index="burl_*")
        for query in panel_queries([json.loads(line) for line in build_dashboards().splitlines()]):
            today = {"range": {"@timestamp": {"gte": "now-24h"}}}
            asked = query.body["query"]
            query.body["query"] = {"bool": {"must": [asked], "filter": [today]}}
            assert rows(client, query), query.panel


def test_missing_examples_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = burl(capsys, "demo", "--data", tmp_path, "--out", tmp_path / "out")
    assert result.code == 2
    assert len(result.err.splitlines()) == 1
    assert "give --data" in result.err


def test_a_wrong_setting_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BURL_WRITE__OPENSEARCH__BULK_MAX_BYTES", "few")
    result = burl(capsys, "demo", "--out", tmp_path)
    assert result.code == 2
    assert len(result.err.splitlines()) == 1
    assert "BURL_WRITE__OPENSEARCH__BULK_MAX_BYTES" in result.err
