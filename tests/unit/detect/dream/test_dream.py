from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from burl.detect.contexts import Symbols
from burl.detect.dream import Dream, DreamConfig
from burl.detect.dream.clean import Clean
from burl.detect.dream.stretches import NOTHING, stretches
from burl.detect.dream.training import Attentive, served
from burl.errors import BundleError
from support.log_keys import Alphabet

_CONFIG = DreamConfig.model_validate(
    {
        "window_events": 40,
        "network": {"embedding": 8, "hidden": 32, "attention": 8, "max_epochs": 25},
    }
)


def _clean_trace(rng: np.random.Generator, length: int) -> str:
    """Two routines, one after the other by chance: what follows the first event of each is certain."""
    return "".join("abc" if rng.random() < 0.5 else "defgh" for _ in range(length))[:length]


@pytest.fixture(scope="module")
def alphabet() -> Alphabet:
    return Alphabet()


@pytest.fixture(scope="module")
def taught(alphabet: Alphabet) -> Dream:
    rng = np.random.default_rng(0)
    traces = [_clean_trace(rng, 400) for _ in range(10)]
    detector = Dream("session", _CONFIG, seed=0)
    detector.fit(alphabet.corpus(alphabet.sessions(*traces)), lambda _stage, _share: None)
    return detector


def test_the_window_that_goes_wrong_is_found_and_named(alphabet: Alphabet, taught: Dream) -> None:
    rng = np.random.default_rng(1)
    good = _clean_trace(rng, 400)
    bad = good[:200] + "".join(rng.permutation(list("abcdefgh" * 5))) + good[240:]
    sessions = alphabet.sessions(good, bad)
    scores = taught.score(sessions)
    assert scores.decisive is not None
    assert scores.decisive.tolist() == [False, True]
    assert 200 <= scores.positions[1] - sessions.offsets[1] < 240


def test_attention_is_shown(alphabet: Alphabet, taught: Dream) -> None:
    why = taught.explain(alphabet.sessions("abcd" * 5 + "hgfedcba" * 5), 0)
    assert len(why.detail["attention_events"]) == len(why.detail["attention_weights"]) == 5
    assert sum(why.detail["attention_weights"]) == pytest.approx(1, abs=1e-3)
    assert "looking mostly at 'text " in why.reason
    assert why.expected_value is not None
    assert why.actual_value is not None
    assert why.actual_value > why.expected_value


def test_a_trace_shorter_than_a_window_is_one_window(alphabet: Alphabet) -> None:
    lengths = [5, 39, 59, 60, 100, 400]
    sessions = alphabet.sessions(*("a" * length for length in lengths))
    symbols = Symbols(1, ("order",))
    found = stretches(sessions, np.zeros(sum(lengths), dtype=np.int64), symbols, _CONFIG, 5)
    assert np.bincount(found.rows).tolist() == [1, 1, 1, 2, 2, 10]


@given(st.lists(st.integers(0, 30), min_size=1, max_size=5), st.integers(0, 3))
def test_every_known_event_and_end_is_predicted_once(lengths: list[int], lead: int) -> None:
    alphabet = Alphabet()
    sessions = alphabet.sessions(*("ab" * length for length in lengths))
    sessions.leads[:] = [min(lead, 2 * length) for length in lengths]
    dense = np.tile(np.array([0, 2]), sum(lengths))  # every second event was never seen
    found = stretches(sessions, dense, Symbols(2, ("order",)), _CONFIG, _CONFIG.test_stride)
    targets = found.symbols[:, _CONFIG.events_in :]
    judged = sorted(found.positions[(targets != NOTHING) & (targets != 2)].tolist())
    rows = np.repeat(np.arange(len(lengths)), np.diff(sessions.offsets))
    is_history = np.arange(len(dense)) < (sessions.offsets[:-1] + sessions.leads)[rows]
    assert judged == np.flatnonzero((dense == 0) & ~is_history).tolist()
    assert np.count_nonzero(targets == 2) == len(found.rows)


def test_short_windows_are_allowed_more_by_chance() -> None:
    clean = Clean.of(np.array([300, 310, 290]), np.array([1000, 1000, 1000]))
    assert clean.limit(20, 3) > clean.limit(1000, 3) > clean.mean
    assert clean.distances(np.array([400]), np.array([1000]))[0] > 3


def test_the_served_network_equals_torch() -> None:
    torch.manual_seed(0)
    network = Attentive(11, _CONFIG).eval()
    symbols = torch.randint(11, (700, 5))
    with torch.no_grad():
        logits, attention = network(symbols)
    output = served(network).run(symbols.numpy())
    np.testing.assert_allclose(output[:, :, :11], logits.log_softmax(2).numpy(), atol=1e-5)
    np.testing.assert_allclose(output[:, :, 11:], attention.numpy(), atol=1e-5)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("dream.npz", "no model"),
        ("clean.json", '{"kinds": ["order"], "clean": {}}'),
        ("clean.json", '{"kinds": ["order"], "clean": {"order": {"mean": 2, "variance": 0}}}'),
        ("vocabulary.json", '{"ids": ["id-a"], "supersedes": {}}'),
    ],
)
def test_a_damaged_bundle_is_refused(taught: Dream, tmp_path: Path, name: str, content: str) -> None:
    taught.export(tmp_path)
    (tmp_path / name).write_text(content)
    with pytest.raises(BundleError):
        Dream.load(tmp_path, "session", _CONFIG)


def test_a_network_for_other_settings_is_refused(taught: Dream, tmp_path: Path) -> None:
    taught.export(tmp_path)
    other = _CONFIG.model_copy(update={"events_out": _CONFIG.events_out + 1})
    with pytest.raises(BundleError, match="differ in size"):
        Dream.load(tmp_path, "session", other)
