"""The console in a real browser: real clicks, and lines that try to run scripts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from burl.decide import Findings
from burl.write.base import Store
from support.browser import Browser, browser, needs_chromium
from support.samples import annotation, incident
from support.served_console import Served, settings

HOSTILE = [
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "<svg/onload=document.title='owned'>",
    "\"><script>document.title='owned'</script>",
    "'><iframe src=\"javascript:parent.document.title='owned'\"></iframe>",
    "<a href=\"javascript:document.title='owned'\">x</a>",
    "</pre></textarea></title><script>document.title='owned'</script>",
    "<style>*{display:none}</style>",
    "<meta http-equiv=refresh content='0;url=https://example.invalid/'>",
    "<form action=https://example.invalid/><button autofocus onfocus=document.title='owned'>",
    "{{ 7 * 7 }}{% raw %}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "\u202e\u2066 right to left \x1b[2J\x00 \ufeff",
    "<base href=https://example.invalid/>",
    '<object data="data:text/html,<script>alert(1)</script>"></object>',
]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(settings(tmp_path))
    yield made
    made.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as made:
        yield made


def fill(store: Store, lines: list[str]) -> None:
    found = [
        annotation(
            number,
            incident_id=f"i{number}",
            **{
                "log.record.original": line,
                "log.record.template": line,
                "nearest_template": f"{line} other",
                "reason": line,
                "service.name": line,
                "k8s.pod.name": line,
                "log.template.id": f"t{number}",
                "context": [line, line],
                "session.id": [line],
            },
        )
        for number, line in enumerate(lines)
    ]
    incidents = [incident(number) for number in range(len(lines))]
    for one, finding, line in zip(incidents, found, lines, strict=True):
        one.document.update(incident_id=one.id, reason=line, services=[line], first_lines=[line])
        one.document["k8s.namespace.name"] = f"n{one.id}"
        finding.document["incident_id"] = one.id
    store.write(Findings(annotations=found, incidents=incidents))


@needs_chromium
def test_a_verdict_by_clicks_and_its_undo(served: Served, chromium: Browser) -> None:
    fill(served.store, ["disk is full", "disk is on fire"])
    chromium.open(served.url)
    assert "disk is full" in chromium.text()
    chromium.click("tbody tr:last-child a")
    assert "disk is full" in chromium.text()
    chromium.type("form:not([hidden]) input[name=note]", "a larger disk is on its way")
    chromium.click("button[value=normal]")
    assert "normal" in chromium.text()
    (rule,) = served.store.suppressions()[1]
    assert (rule["match"]["log.template.id"], rule["note"]) == ("t0", "a larger disk is on its way")
    chromium.click("nav a[href='/verdicts']")
    assert "a larger disk is on its way" in chromium.text()
    chromium.click("form[action='/undo'] button")
    assert served.store.suppressions()[1] == []
    chromium.click("nav a[href='/bundles']")
    assert "champion" in chromium.text()
    chromium.click("nav a[href='/templates']")
    assert "disk is on fire" in chromium.text()


@needs_chromium
def test_a_missed_line(served: Served, chromium: Browser) -> None:
    chromium.open(served.url)
    chromium.click("details summary", loads=False)
    chromium.type("input[name=line]", "it burns")
    chromium.click("button[value=missed]")
    assert served.store.verdicts()[0]["log.record.original"] == "it burns"


@needs_chromium
def test_new_lines_of_a_deployment_are_called_normal_by_one_click(served: Served, chromium: Browser) -> None:
    deployed: dict[str, Any] = {"new_since_deploy": True, "deployment.id": "d1", "deployment.version": "2.0"}
    found = [
        annotation(n, **{"log.template.id": f"t{n}", "deployment.time": "2025-11-22T14:00:00Z"}, **deployed)
        for n in (0, 3)
    ]
    for one in found:
        del one.document["incident_id"]
    served.store.write(Findings(annotations=found))
    chromium.open(served.url)
    assert "2 new kinds of lines" in chromium.text()
    chromium.click("section li a")
    assert "2 kinds of lines are new since cart0 2.0 was deployed" in chromium.text()
    chromium.click("section:first-of-type button[value=normal]")
    assert [rule["match"]["log.template.id"] for rule in served.store.suppressions()[1]] == ["t0", "t3"]


@needs_chromium
def test_a_finding_of_no_incident_gets_its_verdict_by_the_link_of_the_dashboards(
    served: Served, chromium: Browser
) -> None:
    learnt = annotation(1, learning=True)
    del learnt.document["incident_id"]
    served.store.write(Findings(annotations=[learnt]))
    chromium.open(f"{served.url}/findings/{learnt.id}")
    chromium.click("button[value=normal]")
    (given,) = served.store.verdicts()
    assert given["anomaly_id"] == learnt.id


@needs_chromium
def test_an_incident_older_than_the_lists_is_shown_by_its_findings(served: Served, chromium: Browser) -> None:
    years = 100_000_000
    served.store.write(Findings([annotation(1, "i1")], [incident(1), incident(years)]))
    chromium.open(f"{served.url}/findings/{annotation(1).id}")
    assert "a line of a kind never seen before: disk 1 is full" in chromium.text()
    chromium.click("section:first-of-type button[value=anomaly]")
    assert served.store.verdicts()[0]["incident_id"] == "i1"


@needs_chromium
def test_what_a_model_looked_at(served: Served, chromium: Browser) -> None:
    fill(served.store, ["disk is full"])
    (finding,) = served.store.annotations()
    detail = '{"attention_events": ["<b>open</b>", "close"], "attention_weights": [0.25, 0.75]}'
    told = annotation(7, "i0", **{"burl.detail": detail, "probability": 0.002, "log.template.id": "other"})
    served.store.write(Findings(annotations=[told]))
    chromium.open(f"{served.url}/incidents/{finding['incident_id']}")
    assert "<b>open</b>" in chromium.text()
    assert "0.2 % by the model" in chromium.text()
    assert chromium.value("[...document.querySelectorAll('dd meter')].map(m => m.value)") == [0.25, 0.75]


@needs_chromium
def test_no_script_in_a_line_ever_runs(served: Served, chromium: Browser) -> None:
    fill(served.store, HOSTILE)
    for document in served.store.annotations():
        served.store.add_verdict({**document, "id": document["anomaly_id"], "verdict": "anomaly"})
    chromium.open(served.url)
    pages = chromium.value("[...document.querySelectorAll('tbody a')].map(a => a.href)")
    assert len(pages) == len(HOSTILE)
    chromium.events.clear()
    for page in (*pages, *(f"{served.url}/{name}" for name in ("", "templates", "verdicts", "bundles"))):
        chromium.open(page)
        assert chromium.value("document.title").endswith("· Burl")
        assert chromium.value("location.href").startswith(served.url)
        assert chromium.value("document.querySelectorAll('script, iframe, object, base, svg').length") == 0
        assert chromium.value("[...document.images].length") == 0
        assert "49" not in chromium.value(
            "document.querySelector('main').innerText.replace(/\\d\\d:.*/g, '')"
        )
    dialogs = [e for e in chromium.events if e["method"] == "Page.javascriptDialogOpening"]
    assert dialogs == []


@needs_chromium
def test_a_token_lets_people_in(tmp_path: Path, chromium: Browser) -> None:
    served = Served(settings(tmp_path, token="open sesame"))
    try:
        fill(served.store, ["disk is full"])
        chromium.open(served.url)
        assert "disk is full" not in chromium.text()
        chromium.type("input[name=token]", "wrong")
        chromium.click("button")
        assert "disk is full" not in chromium.text()
        chromium.type("input[name=token]", "open sesame")
        chromium.click("button")
        assert "disk is full" in chromium.text()
    finally:
        served.close()
