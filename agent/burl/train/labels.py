"""Labels of lines: files in which people said what is normal, and the marks of labelled inputs."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from burl.errors import InputError
from burl.parse.catalogue import CONTINUATION
from burl.receive.batch import Batch, Ints
from burl.receive.raw_lines import opened
from burl.train.corpus import Corpus
from burl.window import Sequences, Unit

_NORMAL = {"normal", "0", "false", "no", "-", "benign", "ok"}
_ABNORMAL = {"abnormal", "anomaly", "anomalous", "1", "true", "yes", "fault"}
_TEXT_FIELDS = ("log", "msg", "line", "message", "text", "body")
_LABEL_FIELDS = ("label", "class", "verdict")
_MAX_FIELD_CHARACTERS = 16 * 1024 * 1024


def verdict(value: Any) -> bool:
    """Return True when `value` calls a line abnormal. Raises ValueError when it is no label."""
    text = str(value).strip().lower()
    if text in _ABNORMAL:
        return True
    if text in _NORMAL:
        return False
    raise ValueError(f"{str(value)[:40]!r} is no label; they are normal and abnormal, or 0 and 1")


def read_labels(path: Path) -> dict[str, bool]:
    """Return the lines of a file of labels, True for abnormal ones.

    It may be JSON (`{line: "normal" | "abnormal"}`), JSON lines or CSV, with a text and a label field.

    Raises:
        InputError: it cannot be read, holds no labels, or a label is none.
    """
    with opened(path) as file:
        content = file.read()
        try:
            labels = dict(_pairs(content))
        except (ValueError, TypeError, KeyError, csv.Error) as error:
            raise InputError(f"no file of labels: {error}") from error
        if not labels:
            raise InputError("it holds no labelled line")
        return labels


def _pairs(content: bytes) -> Iterator[tuple[str, bool]]:
    if not content.lstrip().startswith(b"{"):
        csv.field_size_limit(_MAX_FIELD_CHARACTERS)
        text = io.StringIO(content.decode("utf-8", "replace"), newline="")
        yield from map(_row, csv.DictReader(text))
        return
    try:
        whole = orjson.loads(content)
    except orjson.JSONDecodeError:
        yield from (_row(orjson.loads(line)) for line in content.splitlines() if line.strip())
        return
    if any(field in whole for field in _LABEL_FIELDS) and any(field in whole for field in _TEXT_FIELDS):
        yield _row(whole)
    else:
        yield from ((line, verdict(label)) for line, label in whole.items())


def _row(row: Mapping[str, Any]) -> tuple[str, bool]:
    text = next((field for field in _TEXT_FIELDS if field in row), None)
    label = next((field for field in _LABEL_FIELDS if field in row), None)
    if text is None or label is None:
        raise ValueError(f"a row needs a text ({', '.join(_TEXT_FIELDS)}) and a label")
    return str(row[text]), verdict(row[label])


def labelled_uids(batches: Iterable[Batch], labels: Mapping[str, bool]) -> set[str]:
    """Return the uids of the records that `labels` call abnormal.

    Raises:
        InputError: not one line of the input is among the labels.
    """
    matched, abnormal = 0, set()
    for batch in batches:
        for index, body in enumerate(batch.bodies):
            label = labels.get(body)
            matched += label is not None
            if label:
                abnormal.add(batch.origin.uid(index))
    if not matched:
        raise InputError("no line of the input is among the labels: they must hold the lines as they stand")
    return abnormal


def with_continuations(batch: Batch, templates: Ints, abnormal: set[str], heads: dict[int, str]) -> None:
    """Add to `abnormal` the records of which a continuation line is; `heads` is carried between batches."""
    for index, (template, stream) in enumerate(zip(templates.tolist(), batch.streams.tolist(), strict=True)):
        uid = batch.origin.uid(index)
        if template != CONTINUATION:
            heads[stream] = uid
        elif uid in abnormal and stream in heads:
            abnormal.add(heads[stream])


def mark(corpus: Corpus, abnormal: set[str]) -> None:
    """Label all units of `corpus`: a sequence is anomalous when a record that it is judged by is."""
    corpus.unit_labels["event"] = np.array(
        [part.record(i).uid in abnormal for part in corpus.events() for i in range(len(part))],
        dtype=np.bool_,
    )
    for unit, sequences in _sequences(corpus):
        corpus.unit_labels[unit] = _of_sequences(sequences, abnormal)


def _sequences(corpus: Corpus) -> Iterator[tuple[Unit, Sequences]]:
    if corpus.windows is not None:
        yield "window", corpus.windows
    if corpus.sessions is not None:
        yield "session", corpus.sessions


def _of_sequences(sequences: Sequences, abnormal: set[str]) -> npt.NDArray[np.bool_]:
    starts, stops = sequences.offsets[:-1] + sequences.leads, sequences.offsets[1:]
    return np.array(
        [
            any(sequences.record(position).uid in abnormal for position in range(start, stop))
            for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)
        ],
        dtype=np.bool_,
    )


def normal_units(corpus: Corpus) -> Corpus:
    """Return the units of `corpus` that nobody called anomalous, without labels."""
    if not any(labels.any() for labels in corpus.unit_labels.values()):
        return replace(corpus, unit_labels={})
    kept = {unit: np.flatnonzero(~labels) for unit, labels in corpus.unit_labels.items()}
    windows, sessions = corpus.windows, corpus.sessions
    if windows is not None and "window" in kept:
        windows = windows.take(kept["window"])
    if sessions is not None and "session" in kept:
        sessions = sessions.take(kept["session"])
    events, start = [], 0
    for part in corpus.event_slices:
        rows = np.flatnonzero(~corpus.unit_labels["event"][start : start + len(part)])
        start += len(part)
        if len(rows):
            events.append(part.take(rows))
    return replace(corpus, event_slices=events, windows=windows, sessions=sessions, unit_labels={})
