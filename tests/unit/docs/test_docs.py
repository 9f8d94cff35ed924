"""The documentation is true: its configurations load, its links lead somewhere, its commands exist."""

import re
import shlex
from pathlib import Path

import pytest
import typer
import typer.main

from burl.cli.app import app
from burl.config import load_settings
from support.documented import PAGES, ROOT, configurations

LINK = re.compile(r"\[[^]]+\]\(([^)#:]+)(?:#[^)]*)?\)")
LINE = re.compile(r"^\$ (?:.* \| )?burl ([^|>\n]*)", re.MULTILINE)
COMMAND = re.compile(r"^\$ burl ([a-z]+)(?: ([a-z]+))?", re.MULTILINE)

by_name = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@by_name
def test_configurations_load(page: Path, tmp_path: Path) -> None:
    for number, text in enumerate(configurations(page)):
        path = tmp_path / f"{number}.yaml"
        path.write_text(text, "utf-8")
        assert load_settings(path) != load_settings()


@by_name
def test_links_lead_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@by_name
def test_commands_exist(page: Path) -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    for name, subcommand in COMMAND.findall(page.read_text("utf-8")):
        command = group.commands.get(name)
        assert command is not None, name
        if isinstance(command, typer.core.TyperGroup):
            assert subcommand in command.commands


@by_name
def test_options_exist(page: Path) -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    for line in LINE.findall(page.read_text("utf-8")):
        words = shlex.split(line, comments=True)
        command: typer.core.TyperCommand | typer.core.TyperGroup | None = group
        while isinstance(command, typer.core.TyperGroup) and words and words[0] in command.commands:
            command = command.commands[words.pop(0)]  # type: ignore[assignment]  # typer makes only these two
        assert command is not None
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if re.match("--?[a-z]", word)} - {"--help"} <= known, line
