"""What parsing achieves on labelled logs that are not shipped."""

import gzip
import json
from collections.abc import Iterator

import numpy as np
import pytest

from burl.parse import CONTINUATION, Catalogue, Parser, ParseSettings
from research import DATA, needs_research

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
