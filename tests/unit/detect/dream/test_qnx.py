"""Synthetic QNX traces: none of them was recorded."""

from collections import Counter
from dataclasses import replace

import pytest

from burl.detect.dream import Dream
from burl.testing.qnx import QnxProfile, synthetic_traces
from burl.train.corpus import Corpus
from burl.train.sequences import SequenceSource
from support.research import DATA, needs_research

pytestmark = [needs_research, pytest.mark.research]

_HELD_OUT = {"synthetic-clean-03", "synthetic-clean-08"}


@pytest.fixture(scope="module")
def profile() -> QnxProfile:
    return QnxProfile.read(DATA / "qnx_profile" / "qnx_profile.json")


def test_traces_are_repeatable_and_labelled_synthetic(profile: QnxProfile) -> None:
    traces = synthetic_traces(profile, 1, 2_000)
    assert traces == synthetic_traces(profile, 1, 2_000)
    assert traces != synthetic_traces(profile, 2, 2_000)
    assert [trace.label for trace in traces] == [0] * 10 + [1] * 5
    assert all(trace.id.startswith("synthetic-") for trace in traces)


def test_clean_traces_have_the_profile_s_frequent_events(profile: QnxProfile) -> None:
    counts = Counter(event for trace in synthetic_traces(profile, 1, 5_000)[:10] for event in trace.events)
    top = {event for event, _ in counts.most_common(8)}
    assert {"COMM SND_PULSE_EXE", "THREAD THRUNNING"} <= top
    assert len(counts) == len(profile.counts)


@pytest.mark.slow
def test_dream_flags_all_five_and_hardly_any_clean_window(profile: QnxProfile) -> None:
    traces = synthetic_traces(profile, 0, 10_000)
    source = SequenceSource({})
    clean = [trace for trace in traces if not trace.label and trace.id not in _HELD_OUT]
    detector = Dream(seed=0)
    corpus = Corpus(source.catalogue, source.streams, sessions=source.sessions(clean))
    detector.fit(corpus, lambda _stage, _share: None)
    flagged = {}
    for trace in traces:
        starts = range(0, len(trace.events), 1_000)
        windows = [replace(trace, events=trace.events[start : start + 1_000]) for start in starts]
        decisive = detector.score(source.sessions(windows)).decisive
        assert decisive is not None
        flagged[trace.id] = decisive.mean()
    assert all(flagged[trace.id] > 0.5 for trace in traces if trace.label)
    assert sum(flagged[held] for held in _HELD_OUT) / len(_HELD_OUT) <= 0.01
