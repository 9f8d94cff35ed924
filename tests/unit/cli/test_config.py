import re
from pathlib import Path

import pytest

from burl.config import Settings, load_settings, with_options
from burl.errors import ConfigError


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "burl.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def _problems(path: Path | None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_settings(path)
    return str(caught.value).splitlines()


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    assert load_settings(_file(tmp_path, "# nothing\n")) == load_settings()


def test_the_file_sets_keys_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _file(tmp_path, "decide: {budget: 3/day, incident_gap_seconds: 8}\n")
    monkeypatch.setenv("BURL_DECIDE__BUDGET", "7/day")
    decide = load_settings(path).decide
    assert (decide.budget, decide.incident_gap_seconds) == ("7/day", 8.0)


def test_an_option_sets_its_key_alone(tmp_path: Path) -> None:
    settings = load_settings(_file(tmp_path, "receive: {max_requests: 8}\n"))
    told = with_options(settings, {"receive": {"listen": "127.0.0.1:0"}}).receive
    assert told.model_fields_set == {"max_requests", "listen"}


def test_each_wrong_key_gets_one_line_that_says_where_and_what(tmp_path: Path) -> None:
    path = _file(tmp_path, "decide: {budgt: 1/day, incident_gap_seconds: -3}\nrecieve: {}\n")
    problems = sorted(_problems(path))
    assert len(problems) == 3
    assert problems[0] == f"{path}: decide.budgt: unknown key; did you mean 'budget'?"
    assert problems[1].startswith(f"{path}: decide.incident_gap_seconds: Input should be greater than 0")
    assert problems[2].startswith(f"{path}: recieve: unknown key")


def test_a_wrong_variable_is_named_as_the_user_wrote_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BURL_DECIDE__INCIDENT_GAP_SECONDS", "soon")
    (problem,) = _problems(None)
    assert problem.startswith(
        "environment: BURL_DECIDE__INCIDENT_GAP_SECONDS: Input should be a valid number"
    )


def test_a_misspelt_section_in_the_environment_is_not_overlooked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BURL_DECIED__BUDGET", "1/day")
    assert _problems(None) == ["environment: BURL_DECIED__BUDGET: unknown section; did you mean 'decide'?"]


def test_variables_that_kubernetes_injects_for_a_service_named_burl_do_no_harm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BURL_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("BURL_PORT_4317_TCP_ADDR", "10.0.0.1")
    assert isinstance(load_settings(), Settings)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("decide: [", "is no valid YAML"),
        ("- a list", "must hold sections"),
        ("decide: 3", "decide: Input should be a valid dictionary"),
    ],
)
def test_a_file_that_is_no_configuration_is_one_line(tmp_path: Path, text: str, problem: str) -> None:
    (line,) = _problems(_file(tmp_path, text))
    assert problem in line


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    (line,) = _problems(tmp_path / "absent.yaml")
    assert re.search(r"absent\.yaml: cannot be read \(No such file", line)


def test_a_wrong_key_of_an_optional_section_is_explained(tmp_path: Path) -> None:
    (problem,) = _problems(_file(tmp_path, "write: {jsonl: {path: a.jsonl, pth: b}}\n"))
    assert problem.endswith("write.jsonl.pth: unknown key; did you mean 'path'?")


def test_an_optional_section_can_come_from_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BURL_WRITE__JSONL__PATH", "found.jsonl")
    jsonl = load_settings().write.jsonl
    assert jsonl is not None
    assert jsonl.path == Path("found.jsonl")


def test_secrets_never_show_in_a_complaint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BURL_WRITE__OPENSEARCH__PASSWORD", "hunter2")
    monkeypatch.setenv("BURL_WRITE__OPENSEARCH__PASSWORD_FILE", "also")
    (problem,) = _problems(None)
    assert "give password or password_file" in problem
    assert "hunter2" not in problem
