"""Runs the command line in this process."""

import sys
from typing import NamedTuple

import pytest

from burl.cli import main


class Result(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


def burl(capsys: pytest.CaptureFixture[str], *arguments: object) -> Result:
    """Run `burl` with arguments; return its exit code and what it wrote."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["burl", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
    written = capsys.readouterr()
    return Result(int(ended.value.code or 0), written.out, written.err)
