"""Who the console lets in, over plain HTTP."""

import http.client
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from pydantic import ValidationError

from burl.console.settings import ConsoleSettings
from burl.decide import Findings
from support.command_line import burl
from support.samples import annotation, incident
from support.served_console import Served, settings

TOKEN = "open sesame"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(settings(tmp_path))
    made.store.write(Findings(annotations=[annotation(1)], incidents=[incident(1)]))
    yield made
    made.close()


def ask(
    served: Served, path: str, form: dict[str, str] | None = None, **headers: str
) -> tuple[int, str, dict[str, str]]:
    connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=30)
    try:
        connection.request("POST" if form else "GET", path, urlencode(form or {}), headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), {k.lower(): v for k, v in answer.getheaders()}
    finally:
        connection.close()


def test_every_answer_keeps_scripts_out(served: Served) -> None:
    for path in ("/", "/verdicts", "/nowhere", "/incidents/nothing"):
        _, _, headers = ask(served, path)
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "script-src" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_a_form_of_another_page_changes_nothing(served: Served) -> None:
    form = {"judgement": "normal", "anomaly_id": annotation(1).id}
    for csrf in ({}, {"csrf": "guessed"}):
        status, page, _ = ask(served, "/verdicts", form | csrf)
        assert (status, "not ours" in page) == (400, True)
    assert served.store.suppressions() == (0, [])
    secret = re.search(r'name="csrf" value="(\w+)"', ask(served, "/")[1])
    assert secret is not None
    status, _, headers = ask(served, "/verdicts", form | {"csrf": secret[1]})
    assert (status, headers["location"]) == (303, "/verdicts")
    assert len(served.store.suppressions()[1]) == 1


@pytest.mark.parametrize(
    "form", [{"judgement": "nonsense"}, {"judgement": "normal", "scope": "all"}, {"x": "y" * 70_000}]
)
def test_what_is_no_verdict(served: Served, form: dict[str, str]) -> None:
    secret = re.search(r'name="csrf" value="(\w+)"', ask(served, "/")[1])
    assert secret is not None
    assert ask(served, "/verdicts", form | {"csrf": secret[1]})[0] == 400


def test_a_name_that_leads_here_from_elsewhere_is_not_let_in(served: Served) -> None:
    assert ask(served, "/", host="evil.example:8317")[0] == 403
    assert ask(served, "/", host="localhost")[0] == 200
    assert ask(served, "/incidents/unknown")[0] == 404


def test_a_finding_leads_on_to_its_incident(served: Served) -> None:
    status, _, headers = ask(served, f"/findings/{annotation(1).id}")
    assert (status, headers["location"]) == (303, "/incidents/i1")
    assert ask(served, "/findings/unknown")[0] == 404


def test_a_template_is_shown_by_the_name_that_it_was_given(
    served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "burl.yaml"
    config.write_text(f"write: {{sqlite: {{path: {tmp_path / 'burl.sqlite'}}}}}")
    template = annotation(1).document["log.template.id"]
    for name in ("full", "disk full", ""):
        result = burl(capsys, "templates", "name", template, name, "--config", config)
        assert (result.code, result.err) == (0, "")
        assert (f"<td>{name}</td>" in ask(served, "/templates")[1]) is True
    assert "disk full" not in ask(served, "/templates")[1]


def test_with_a_token_nothing_is_shown_without_it(tmp_path: Path) -> None:
    served = Served(settings(tmp_path, token=TOKEN))
    try:
        assert ask(served, "/")[0] == 403
        assert ask(served, "/", authorization="Bearer wrong")[0] == 403
        assert ask(served, "/", cookie="burl_console=")[0] == 403
        assert ask(served, "/", authorization=f"Bearer {TOKEN}")[0] == 200
        assert ask(served, "/", accept="text/html")[2]["location"] == "/login"
        assert ask(served, "/login", {"token": "wrong"})[0] == 403
        _, _, headers = ask(served, "/login", {"token": TOKEN})
        cookie = headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert ask(served, "/", cookie=cookie.partition(";")[0])[0] == 200
    finally:
        served.close()


def test_an_address_for_others_needs_a_token() -> None:
    with pytest.raises(ValidationError, match="set a token"):
        ConsoleSettings(listen="0.0.0.0:8317")
    assert ConsoleSettings.model_validate({"listen": "0.0.0.0:8317", "token": "x"}).token
