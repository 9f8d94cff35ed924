import json

import pytest

from burl.cli.output import print_facts, print_json


def test_json_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"grade": 0.5, "line": "Größe\n"})
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == {"grade": 0.5, "line": "Größe\n"}


def test_facts_are_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    print_facts("Bundle", {"seed": 1, "templates": 20})
    assert capsys.readouterr().out == "Bundle\n  seed:      1\n  templates: 20\n"
