"""What parsing achieves on labelled logs that are not shipped."""

import csv
import gzip
import json
import random
import re
import string
from collections.abc import Iterator

import numpy as np
import pytest

from burl.parse import CONTINUATION, Catalogue, Parser, ParseSettings, train_templates
from support.plain_parsing import cached, uncached
from support.research import DATA, needs_research

pytestmark = [pytest.mark.research, needs_research]


def shop_lines() -> Iterator[tuple[str, list[str]]]:
    for path in sorted((DATA / "shop" / "test").glob("*.log.gz")):
        rows = gzip.decompress(path.read_bytes()).decode(errors="replace").split("\n")[:-1]
        yield f"test/{path.name}", [row.split(" ", 3)[3] for row in rows]


def test_continuation_lines_of_the_shop_are_told_from_records() -> None:
    labels: dict[str, dict[int, bool]] = {}
    with (DATA / "shop" / "labels.jsonl").open(encoding="utf-8") as file:
        for row in map(json.loads, file):
            labels.setdefault(row["file"], {})[row["line"] - 1] = row["continuation"]
    wrong = total = 0
    for name, lines in shop_lines():
        parser = Parser(ParseSettings(), Catalogue())
        found = parser.parse(lines, np.zeros(len(lines), dtype=np.int64)) == CONTINUATION
        expected = labels.get(name, {})
        wrong += sum(found[line] != truth for line, truth in expected.items())
        total += len(expected)
    assert total > 15_000
    assert wrong / total < 0.002


@pytest.mark.parametrize("name", ["BGL", *sorted(p.name for p in (DATA / "parsing_2k").glob("*.csv.gz"))])
def test_caches_change_no_template_of_real_logs(name: str) -> None:
    lines = loghub(name)
    frozen = train_templates(lines[::2], ParseSettings())
    assert cached(lines, ParseSettings(), frozen) == uncached(lines, ParseSettings(), frozen)


def loghub(name: str) -> list[str]:
    """Return the lines of a log, then again with other numbers and ids."""
    if name == "BGL":
        with gzip.open(DATA / "bgl" / "lines.jsonl.gz", "rt", encoding="utf-8") as file:
            return [json.loads(row)["msg"] for row in file][::20]
    with gzip.open(DATA / "parsing_2k" / name, "rt", encoding="utf-8") as file:
        lines = [row["Content"] for row in csv.DictReader(file)]
    rng = random.Random(1)

    def other(match: re.Match[str]) -> str:
        return rng.choice(string.digits if match[0].isdigit() else "abcdef")

    return lines + [re.sub(r"(?<=[0-9])[0-9a-f]", other, line) for line in lines for _ in range(2)]


def test_a_cold_cache_gives_the_templates_of_a_warm_one() -> None:
    for _, lines in list(shop_lines())[:4]:
        catalogues = Catalogue(), Catalogue()
        settings = ParseSettings(), ParseSettings(max_cache_entries=1)
        streams = np.zeros(len(lines), dtype=np.int64)
        warm, cold = (
            Parser(one, catalogue).parse(lines, streams)
            for one, catalogue in zip(settings, catalogues, strict=True)
        )
        assert (warm == cold).all()
