"""`dream` on SYNTHETIC QNX kernel traces (no real one is to be had), shaped by the published profile.

    python -m bench.qnx --profile FOLDER/qnx_profile/qnx_profile.json [--seed 0] [--out FOLDER]

Trains on eight of the ten clean traces, prints for each of the other two and of the five abnormal ones how
many windows of 1000 events are called abnormal, and the misclassification of clean windows.
"""

import argparse
import csv
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from burl.detect.dream import Dream
from burl.receive.sequences import EventSequence
from burl.testing.qnx import QnxProfile, synthetic_traces
from burl.train.corpus import Corpus
from burl.train.sequences import SequenceSource

_HELD_OUT = ("synthetic-clean-03", "synthetic-clean-08")
_WINDOW_EVENTS = 1_000


def windows(trace: EventSequence) -> list[EventSequence]:
    """Return a trace in windows of 1000 events."""
    starts = range(0, len(trace.events), _WINDOW_EVENTS)
    return [
        replace(trace, id=f"{trace.id}@{start}", events=trace.events[start : start + _WINDOW_EVENTS])
        for start in starts
    ]


def write(traces: Sequence[EventSequence], folder: Path) -> None:
    """Write the traces as tables of one event a row."""
    folder.mkdir(parents=True, exist_ok=True)
    for trace in traces:
        with (folder / f"{trace.id}.csv").open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["class", "event", "label"])
            rows.writerows([*event.split(), trace.label] for event in trace.events)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--profile", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="also write the traces there, as CSV with class and event")
    arguments = parser.parse_args()
    traces = synthetic_traces(QnxProfile.read(arguments.profile), arguments.seed)
    if arguments.out:
        write(traces, arguments.out)
    source = SequenceSource({})
    clean = [trace for trace in traces if not trace.label and trace.id not in _HELD_OUT]
    detector = Dream(seed=arguments.seed)
    began = time.perf_counter()
    corpus = Corpus(source.catalogue, source.streams, sessions=source.sessions(clean))
    detector.fit(corpus, lambda _stage, _share: None)
    print(f"trained in {time.perf_counter() - began:.0f} s on {len(clean)} synthetic clean traces")
    print("trace                          windows abnormal worst")
    for trace in traces:
        if trace not in clean:
            scores = detector.score(source.sessions(windows(trace)))
            assert scores.decisive is not None
            print(
                f"{trace.id:30} {len(scores):7} {scores.decisive.sum():8} {scores.values.max():5.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
