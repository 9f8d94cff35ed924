"""Outcomes as JUnit XML, which continuous integration systems show."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element, ElementTree, SubElement


class Case(NamedTuple):
    """One thing that was checked; `failure` says why it failed, and is empty where it did not."""

    suite: str
    name: str
    failure: str = ""
    detail: str = ""


def write_junit(path: Path, suite: str, cases: Sequence[Case]) -> None:
    """Write `cases` as one test suite. Raises OSError."""
    failures = sum(bool(case.failure) for case in cases)
    root = Element("testsuites")
    element = SubElement(root, "testsuite", name=suite, tests=str(len(cases)), failures=str(failures))
    for case in cases:
        shown = SubElement(element, "testcase", classname=_clean(case.suite), name=_clean(case.name))
        if case.failure:
            failure = SubElement(shown, "failure", message=_clean(case.failure))
            failure.text = _clean(case.detail)
    ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _clean(text: str) -> str:
    """Replace what XML 1.0 cannot hold: control characters and lone surrogates."""
    return "".join(char if _is_xml(char) else "\N{REPLACEMENT CHARACTER}" for char in text)


def _is_xml(char: str) -> bool:
    return char in "\t\n\r" or "\x20" <= char <= "\ud7ff" or "\ue000" <= char <= "\ufffd" or char > "\uffff"
