"""Training: templates as a function of the set of lines, whatever their order."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from burl.parse.lines import LineReader
from burl.parse.miner import Miner
from burl.parse.settings import ParseSettings
from burl.parse.split import Tokens, split
from burl.parse.template_set import TemplateSet

Progress = Callable[[str, float], None]
"""Called as `progress(stage, fraction)` with 0 <= fraction <= 1."""

_REPORT_EVERY = 10_000


def train_templates(
    lines: Iterable[str], settings: ParseSettings, progress: Progress | None = None
) -> TemplateSet:
    """Mine the unique masked lines in sorted order and freeze what comes out.

    Args:
        lines: bodies of records, no continuation lines.
        settings: masks, protection and limits; they become part of the set.
        progress: told how far the mining is.
    """
    reader, miner = LineReader(settings), Miner(settings)
    unique = sorted({masked for line in lines if (masked := reader.masked(reader.head(line)))})
    clusters: dict[int, list[Tokens]] = defaultdict(list)
    for number, masked in enumerate(unique):
        line = reader.line(masked)
        clusters[miner.assign(line, lambda: True)].append(line.tokens)
        if progress is not None and number % _REPORT_EVERY == 0:
            progress("templates", number / len(unique))
    words: dict[str, set[int]] = defaultdict(set)
    for cluster in clusters.values():
        for tokens, places in split(cluster, settings.max_choices):
            words[" ".join(tokens)].update(places)
    return TemplateSet.mined(words, settings)
