"""docs/delivery.md: every promise is cited by a test, and tests cite no other."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CITED = re.compile(r"\bD-(\d+)\b")


def test_every_promise_is_held_by_a_test_that_cites_it() -> None:
    promised = re.findall(
        r"^- \*\*D-(\d+)\*\*", (ROOT / "docs" / "delivery.md").read_text("utf-8"), re.MULTILINE
    )
    tests = [path for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__)]
    cited = {number for path in tests for number in CITED.findall(path.read_text("utf-8"))}
    assert promised == [str(number) for number in range(1, len(promised) + 1)]
    assert set(promised) - cited == set()
    assert cited - set(promised) == set()
