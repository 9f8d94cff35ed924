"""The page: complete, self-contained, and safe whatever log lines hold."""

from html.parser import HTMLParser
from typing import Any

import pytest

from burl.console.report import Around, Fact, Fault, Report, render_report
from support.samples import SECOND_NS, START_NS, annotation, incident, uid_of

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "'\"><svg onload=alert(1)>",
    "</pre></details></style><h1>owned</h1>",
    "javascript:alert(1)",
    "{{ 7 * 7 }} {% include 'x' %}",
    "&lt;script&gt; &amp;",
    "\x00\x1b]8;;http://evil\x07 \u202e\u2066 <!-- --> ]]>",
]


class Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in {"meta", "link"}:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def report(text: str = "disk is full", **changes: Any) -> Report:
    """Return a report in which all that comes from logs is `text`."""
    finding = annotation(
        0,
        "i0",
        reason=text,
        expected_templates=[text],
        nearest_template=f"{text} or not",
        **{
            "log.record.original": text,
            "log.record.template": text,
            "service.name": text,
            "session.id": [text],
            "session.kind": text,
            "k8s.pod.name": text,
            "detector_id": text,
            "data_end_time": "2025-11-22T14:00:10.000000000Z",
        },
    ).document
    found = incident(0, reason=text, services=[text]).document
    fields: dict[str, Any] = {
        "title": "Logs",
        "summary": "What was found.",
        "span_ns": (START_NS, START_NS + 60 * SECOND_NS),
        "facts": [Fact("1", "finding")],
        "annotations": [finding],
        "incidents": [found],
        "faults": [
            Fault("1", "outage", text, [text], START_NS, START_NS + SECOND_NS, "i0"),
            Fault("2", "drop", text, [text], START_NS, START_NS + SECOND_NS),
        ],
        "verdicts": {"i0": text},
        "around": {uid_of(0): Around([text], [text])},
        "notes": [text],
    }
    return Report(**fields | changes)


def test_it_tells_everything() -> None:
    page = Page(render_report(report()))
    text = " ".join(" ".join(page.text).split())
    for told in ("What was found.", "disk is full", "nearest known", "not found", "14:00:00.123"):
        assert told in text
    assert ("href", "#i-i0") in page.attributes
    assert ("id", "i-i0") in page.attributes
    assert "mark" in page.tags


@pytest.mark.parametrize("text", HOSTILE)
def test_log_text_never_becomes_markup(text: str) -> None:
    harmless, hostile = Page(render_report(report("x"))), Page(render_report(report(text)))
    # How many words are marked depends on the words; nothing else does.
    assert [tag for tag in hostile.tags if tag != "mark"] == [tag for tag in harmless.tags if tag != "mark"]
    assert {name for name, _ in hostile.attributes} == {name for name, _ in harmless.attributes}
    assert not any(value.lower().startswith("javascript:") for _, value in hostile.attributes)


@pytest.mark.parametrize("text", HOSTILE)
def test_log_text_is_shown_not_lost(text: str) -> None:
    shown = "".join(Page(render_report(report(text))).text)
    assert text.split(maxsplit=1)[0].replace("\x00", "␀").replace("\x1b", "␛").replace("\x07", "␇") in shown


def test_it_needs_nothing_from_elsewhere() -> None:
    page = Page(render_report(report()))
    assert not {"script", "iframe", "object", "img"} & set(page.tags)
    links = [value for name, value in page.attributes if name in {"src", "href"}]
    assert [link for link in links if not link.startswith(("#", "data:"))] == []
    policy = [value for name, value in page.attributes if name == "content" and "default-src" in value]
    assert policy[0].startswith("default-src 'none'")


def test_nothing_found_is_said() -> None:
    page = Page(render_report(report(annotations=[], incidents=[], faults=[], facts=[], notes=[])))
    assert "Nothing abnormal was found." in "".join(page.text)


def test_a_silence_names_no_record() -> None:
    silent = annotation(0, "i0", anomaly_kind="silence", expected_value=30.6, actual_value=0.0).document
    for name in ("log.record.uid", "log.record.original", "context", "session.id"):
        del silent[name]
    page = Page(render_report(report(annotations=[silent])))
    assert "pre" not in page.tags
    assert {"31", "0"} <= set(page.text)
