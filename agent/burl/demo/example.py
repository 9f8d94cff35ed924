"""The logs that the demo shows: where they are, and what is in them."""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from burl.bundle import load_bundle
from burl.clock import SystemClock
from burl.console.views import Around
from burl.demo.releases import read_releases, versions
from burl.errors import InputError
from burl.receive.batch import Batch, StreamTable
from burl.receive.files import FileReader
from burl.receive.settings import ReceiveSettings
from burl.train.episodes import Truth, read_truth

DEFAULT = Path(__file__).resolve().parents[3] / "examples" / "shop"
"""In a checkout; an installed package has no examples."""
_NEEDED = ("test", "bundle", "episodes.jsonl", "events.jsonl")
_BEFORE, _AFTER = 6, 3
_MAX_CHARACTERS = 2_000
_STEP_NS = 300 * 10**9
"""Logs are moved in time by a multiple of this: intervals then begin where they did."""


@dataclass(frozen=True, slots=True)
class Example:
    """Logs in order of time, whose they are, and what was really wrong in them."""

    batches: list[Batch]
    streams: StreamTable
    truth: Truth
    bundle: Path
    bundle_version: str
    versions: Mapping[int, str]
    """Version of the service that wrote a stream, where it is known."""
    run: str = ""
    """What the uids of records end with: each move in time makes records of their own."""

    @property
    def records(self) -> int:
        """How many records there are."""
        return sum(map(len, self.batches))

    @property
    def span_ns(self) -> tuple[int, int]:
        """First and last event time."""
        return int(self.batches[0].times_ns[0]), int(self.batches[-1].times_ns[-1])

    def moved_to(self, now_ns: int) -> "Example":
        """Return the same as if it had just happened, ending at most five minutes before `now_ns`."""
        by_ns = (now_ns - self.span_ns[1]) // _STEP_NS * _STEP_NS
        by, run = by_ns / 1e9, f"#{now_ns // _STEP_NS}"
        truth = self.truth
        moved = Truth(
            [replace(each, start=each.start + by, end=each.end + by) for each in truth.episodes],
            {uid + run: number for uid, number in truth.labels.items()},
            truth.sessions,
            [(start + by, end + by) for start, end in truth.operations],
        )
        batches = [replace(batch, times_ns=batch.times_ns + by_ns) for batch in self.batches]
        return replace(self, batches=batches, truth=moved, run=run)


def load_example(directory: Path) -> Example:
    """Read the logs below `directory`/test and what is known of them.

    Raises:
        InputError: something is missing or cannot be read.
        BundleError: the bundle is damaged.
    """
    missing = [name for name in _NEEDED if not (directory / name).exists()]
    if missing:
        raise InputError(
            f"{directory} has no {', '.join(missing)}: give --data with examples/shop of a checkout"
        )
    streams = StreamTable()
    reader = FileReader(ReceiveSettings(), streams, SystemClock())
    batches = list(reader.read([directory / "test"], "cri"))
    try:
        truth = read_truth(directory)
        releases = read_releases(directory / "events.jsonl")
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{directory}: cannot read what was injected: {error}") from error
    bundle = load_bundle(directory / "bundle")
    known = versions(batches, streams, releases)
    return Example(batches, streams, truth, directory / "bundle", bundle.manifest.version, known)


def lines_around(batches: Sequence[Batch], uids: Collection[str], run: str = "") -> dict[str, Around]:
    """Return the raw lines of the same stream before and after each record that `uids` names.

    `run` is what they end with.
    """
    wanted = frozenset(uids)
    before: dict[int, deque[str]] = {}
    following: dict[int, list[list[str]]] = {}
    found: dict[str, Around] = {}
    for batch in batches:
        for place, (body, stream) in enumerate(zip(batch.bodies, batch.streams.tolist(), strict=True)):
            line = body[:_MAX_CHARACTERS]
            waiting = following.setdefault(stream, [])
            for after in waiting:
                after.append(line)
            following[stream] = waiting = [after for after in waiting if len(after) < _AFTER]
            past = before.setdefault(stream, deque(maxlen=_BEFORE))
            uid = batch.origin.uid(place) + run
            if uid in wanted:
                after = []
                waiting.append(after)
                found[uid] = Around(list(past), after)
            past.append(line)
    return found
