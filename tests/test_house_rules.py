"""The house rules that a machine can hold: size, layers, clocks, paths, what a running agent may import."""

import ast
import functools
import re
import statistics
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
AGENT = ROOT / "agent" / "burl"
SOURCES = sorted([*AGENT.rglob("*.py"), *(ROOT / "plugin").rglob("*.py")])
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
ROOMS = ("receive", "parse", "window", "detect", "decide", "write")
EVERYWHERE = {"errors", "clock", "distinct", "fairness", "json_strings"}
"""Modules of `burl` that belong to no room and that every room may use."""
ABOVE_THE_ROOMS = {"agent", "pipelines", "config", "cli", "demo", "doctor"}
"""What builds rooms from all settings; a room knows its own settings only."""
HEAVY = ("torch", "sklearn", "pandas", "onnxruntime")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@functools.cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _functions(paths: list[Path]) -> Iterator[tuple[Path, Function]]:
    for path in paths:
        for node in ast.walk(_tree(path)):
            if isinstance(node, Function):
                yield path, node


def _lines_of_code(function: Function) -> int:
    """Lines of the body, from the first statement after the docstring to the last."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _tracked_files() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    return [ROOT / name for name in names.split("\0") if name]


def test_files_are_small() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {path: length for path, length in lengths.items() if length > 500} == {}
    assert statistics.median(lengths.values()) <= 150


def test_functions_are_short() -> None:
    lengths = {f"{path.name}:{node.name}": _lines_of_code(node) for path, node in _functions(SOURCES)}
    half, most, nearly_all = np.percentile(list(lengths.values()), [50, 90, 99])
    longest = sorted(lengths, key=lengths.__getitem__)[-10:]
    assert half <= 8
    assert most <= 30, longest
    assert nearly_all <= 60, longest


def test_everything_is_annotated() -> None:
    bare = [f"{path.name}:{node.name}" for path, node in _functions(SOURCES) if not _is_annotated(node)]
    assert bare == []


def _is_annotated(function: Function) -> bool:
    arguments = function.args
    given = [
        *arguments.posonlyargs,
        *arguments.args,
        *arguments.kwonlyargs,
        arguments.vararg,
        arguments.kwarg,
    ]
    names = [argument for argument in given if argument and argument.arg not in {"self", "cls"}]
    return function.returns is not None and all(argument.annotation for argument in names)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_from_the_rooms_before_it(room: str) -> None:
    allowed = {*ROOMS[: ROOMS.index(room) + 1], *EVERYWHERE}
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in (AGENT / room).rglob("*.py")
        for module in _imports(path)
        if module.startswith("burl.") and module.split(".")[1] not in allowed
    ]
    assert wrong == []


def test_no_room_knows_what_puts_the_rooms_together() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in AGENT.rglob("*.py")
        if len(path.relative_to(AGENT).parts) > 1 and path.relative_to(AGENT).parts[0] not in ABOVE_THE_ROOMS
        for module in _imports(path)
        if module.startswith("burl.") and module.split(".")[1] in ABOVE_THE_ROOMS
    ]
    assert wrong == []


def test_only_the_clock_reads_the_wall_clock() -> None:
    readers = re.compile(r"\btime\.time(_ns)?\(|datetime\.(now|utcnow|today)\(|date\.today\(")
    wrong = [
        path for path in SOURCES if path != AGENT / "clock.py" and readers.search(path.read_text("utf-8"))
    ]
    assert wrong == []


def test_no_file_names_the_machine_it_was_made_on() -> None:
    path_of_a_machine = re.compile(rb"(?<![\w.$}])/(?:work|root|home/\w+)/")
    wrong = [
        path for path in _tracked_files() if path.is_file() and path_of_a_machine.search(path.read_bytes())
    ]
    assert wrong == []


def test_every_exception_from_the_checks_says_why_beside_it() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {comment}"
        for path in _tracked_files()
        if path.suffix == ".py" and path.is_file() and "burl_proto" not in path.parts
        for line, comment in _comments(path)
        if _EXCEPTION.search(comment) and not _gives_a_reason(comment)
    ]
    assert wrong == []


_EXCEPTION = re.compile(r"noqa(: [A-Z0-9, ]+)?|type: ignore(\[[\w, -]+\])?|pragma: no cover|nosec( B\d+)?")


def _gives_a_reason(comment: str) -> bool:
    reason = _EXCEPTION.sub("", comment).strip("#- ")
    return reason != "" and re.search(r"\b(see|as) (above|below)\b", reason) is None


def _comments(path: Path) -> Iterator[tuple[int, str]]:
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string


def test_what_tests_share_stands_in_support() -> None:
    suites = [path for path in (ROOT / "tests").rglob("*.py") if path.parent.name != "support"]
    assert [path for path in suites if not path.name.startswith(("test_", "conftest"))] == []


def test_every_test_file_asserts_something() -> None:
    silent = [path for path in TESTS if not any(map(_asserts, ast.walk(_tree(path))))]
    assert silent == []


def _asserts(node: ast.AST) -> bool:
    """Return True for an assertion, an expected error, or a call of one of the published checks."""
    called = isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1].startswith(
        ("check", "assert_")
    )
    return (
        called or isinstance(node, ast.Assert) or (isinstance(node, ast.Attribute) and node.attr == "raises")
    )


def test_importing_burl_warns_of_nothing() -> None:
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", "import burl, burl.cli"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")


def test_a_running_agent_imports_nothing_heavy() -> None:
    serving = [path for path in AGENT.rglob("*.py") if not _only_trains(path)]
    modules = ", ".join(sorted(map(_module, serving)))
    code = f"import sys, {modules}; print([name for name in {HEAVY!r} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.stderr == ""
    assert result.stdout == "[]\n"


def _only_trains(path: Path) -> bool:
    """Return True for what only `burl train` imports: the train room, the detectors' training modules."""
    parts = path.relative_to(AGENT).parts
    return parts[0] in {"train", "testing"} or path.stem.startswith("training")


def _module(path: Path) -> str:
    parts = path.relative_to(AGENT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
