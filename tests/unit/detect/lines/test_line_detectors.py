"""Detectors that read the words of lines, small ones."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from burl.detect.embeddings import Embeddings, TextResources
from burl.detect.glove_mean import GloveMean
from burl.detect.lines import LineDetector
from burl.detect.lines.network import EncoderConfig
from burl.detect.lines.places import find_places
from burl.detect.logsy import Logsy, LogsyConfig
from burl.detect.logsy.config import LogsyNetworkConfig
from burl.detect.transformer import Transformer, TransformerConfig
from burl.errors import BundleError, InputError
from burl.parse import Catalogue
from support.labelled_lines import Line, corpus_of, events_of

SMALL = EncoderConfig(width=16, heads=2, hidden=16, max_epochs=4)
NORMAL: list[Line] = [
    ("worker started job <*>", ["7"], False),
    ("worker finished job <*>", ["7"], False),
    ("cache refreshed in <*> ms", ["12"], False),
    ("user logged in", [], False),
    ("user logged out", [], False),
    ("connection to <*> opened", ["10.0.0.1"], False),
]
ODD: list[Line] = [
    ("job <*> failed with error", ["7"], True),
    ("connection to <*> failed", ["10.0.0.1"], True),
]
OTHERS = tuple(f"kernel un{word}it fault at address <*>" for word in "abcdefghijklmnopqrstuvwx")


def quiet(_stage: str, _fraction: float) -> None:
    """Say nothing of progress."""


def fitted(detector: LineDetector, lines: list[Line]) -> LineDetector:
    detector.fit(corpus_of(lines * 5), quiet)
    return detector


@pytest.mark.parametrize(
    "detector", [GloveMean(), Transformer(config=TransformerConfig(network=SMALL))], ids=lambda d: d.name
)
def test_labelled_lines_are_told_apart_also_new_ones_of_known_words(detector: LineDetector) -> None:
    fitted(detector, NORMAL + ODD)
    judged = [*NORMAL, *ODD, ("cache failed with error", [], True)]
    scores = detector.score(events_of(judged, Catalogue()))
    assert scores.decisive is not None
    assert scores.decisive.tolist() == [odd for _, _, odd in judged]


def test_the_words_that_weighed_most_are_named() -> None:
    detector = fitted(GloveMean(), NORMAL + ODD)
    events = events_of(ODD, Catalogue())
    detector.score(events)
    found = detector.explain(events, 1)
    assert found.kind == "supervised"
    assert found.detail["words"][0] == "failed"
    assert "'failed'" in found.reason
    assert found.decisive


def test_words_in_a_wildcard_are_read() -> None:
    texts = [("raid reports disk <*> of array <*>", [word, "3"]) for word in ("healthy", "rebuilt", "broken")]
    lines: list[Line] = [(text, values, values[0] == "broken") for text, values in texts]
    detector = fitted(GloveMean(), [*NORMAL, *lines])
    values = detector.score(events_of(lines, Catalogue())).values
    assert values[2] > max(values[:2])


def test_ids_are_no_words_and_open_no_wildcard() -> None:
    ids = [f"0d4fc2ab-0d7c-feed-9d9b-5f3b6b0c7e1{n}" for n in range(10)]
    lines: list[Line] = [("order <*> of <*>", [one, "books"], False) for one in ids]
    (places,) = find_places([events_of(lines, Catalogue())]).values()
    assert places == [1]


def test_a_word_that_training_never_met_is_read_as_its_imported_neighbours(tmp_path: Path) -> None:
    words = sorted({word for text, _, _ in NORMAL + ODD for word in text.lower().split() if word != "<*>"})
    vectors = np.eye(len(words) + 1, dtype=np.float32)[[*range(len(words)), words.index("failed")]]
    vectors[-1, -1] = 0.1
    Embeddings([*words, "crashed"], vectors).write(tmp_path / "vectors.npz")
    detector = GloveMean()
    detector.equip(TextResources(tmp_path / "vectors.npz"))
    fitted(detector, NORMAL + ODD)
    scores = detector.score(events_of([("worker crashed", [], True), ("worker", [], False)], Catalogue()))
    assert scores.values[0] > scores.values[1] * 2


@pytest.mark.parametrize("kind", [GloveMean, Transformer])
@pytest.mark.parametrize(("lines", "missing"), [(NORMAL, "abnormal"), (ODD, "normal")])
def test_one_class_is_one_clear_error(kind: type[LineDetector], lines: list[Line], missing: str) -> None:
    with pytest.raises(InputError, match=f"no training line is labelled {missing}$"):
        fitted(kind(), lines)


def test_logsy_draws_normal_lines_to_the_centre() -> None:
    network = LogsyNetworkConfig(width=16, heads=2, hidden=16, max_epochs=12)
    detector = Logsy(config=LogsyConfig(network=network))
    detector.equip(TextResources(auxiliary=OTHERS))
    fitted(detector, NORMAL)
    values = detector.score(events_of([*NORMAL, (OTHERS[0], ["1"], True)], Catalogue())).values
    assert values[-1] > values[:-1].max()


def test_logsy_tells_new_lines_of_known_words_by_its_own_rule() -> None:
    network = LogsyNetworkConfig(width=32, heads=2, hidden=32, max_epochs=20)
    detector = Logsy(config=LogsyConfig(network=network))
    detector.equip(TextResources(auxiliary=OTHERS))
    fitted(detector, NORMAL)
    new: list[Line] = [("worker logged in", [], True), ("cache to <*> opened", ["10.0.0.1"], True)]
    decisive = detector.score(events_of([*NORMAL, *new], Catalogue())).decisive
    assert decisive is not None
    assert decisive.tolist() == [False] * len(NORMAL) + [True] * len(new)


def test_logsy_needs_words() -> None:
    detector = Logsy()
    detector.equip(TextResources(auxiliary=OTHERS))
    with pytest.raises(InputError, match="no training line holds any"):
        fitted(detector, [("---", [], False)])


def test_logsy_needs_lines_of_other_systems() -> None:
    detector = Logsy()
    detector.equip(TextResources(auxiliary=OTHERS[:5]))
    with pytest.raises(InputError, match="--auxiliary"):
        fitted(detector, NORMAL)


def test_ctrl_c_leaves_what_was_learnt_before() -> None:
    detector = fitted(GloveMean(), NORMAL + ODD)
    before = detector.score(events_of(ODD, Catalogue())).values

    def interrupted(_stage: str, _fraction: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        detector.fit(corpus_of(NORMAL + ODD[:1]), interrupted)
    np.testing.assert_array_equal(detector.score(events_of(ODD, Catalogue())).values, before)


@pytest.mark.parametrize("name", ["words.json", "places.json", "dense.npz"])
def test_a_damaged_bundle_is_refused(tmp_path: Path, name: str) -> None:
    fitted(GloveMean(), NORMAL + ODD).export(tmp_path)
    (tmp_path / name).write_bytes(b"[1")
    with pytest.raises(BundleError, match=name):
        GloveMean.load(tmp_path, "event", GloveMean.config_type())


def test_heads_must_share_the_width() -> None:
    with pytest.raises(ValueError, match="cannot be shared"):
        EncoderConfig(width=10, heads=4)


def test_of_lines_that_say_the_same_one_is_read() -> None:
    lines = [
        ("disk <*> is <*>", [str(number), word], False) for number in range(4) for word in ("full", "fine")
    ]
    detector = fitted(GloveMean(), lines[:2] + ODD)
    events = events_of(lines, Catalogue())
    expected = detector.score(events).values
    events.kinds = lambda rows, _: [lines[row][1][1] for row in rows]
    reads: list[int] = []
    read = events.parameters

    def reading(row: int) -> Sequence[str]:
        reads.append(row)
        return read(row)

    events.parameters = reading
    for _ in range(2):
        np.testing.assert_array_equal(detector.score(events).values, expected)
    assert len(reads) == len({values[1] for _, values, _ in lines})
