"""Checks that every detector has to pass; third parties run them on their own.

Example:
    @pytest.mark.parametrize("check", checks_for(MyDetector), ids=lambda check: check.__name__)
    def test_my_detector(check, tmp_path):
        check(MyDetector, tmp_path)

A check that does not apply is named in the detector's `skipped_checks`, with the reason.
"""

import json
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable
from functools import cache
from pathlib import Path

import msgpack
import numpy as np

from burl.detect import Detector, Explanation, Scores
from burl.detect.parts import parts_of, score_parts
from burl.parse import Catalogue
from burl.testing.scores import roc_area, unit_scores
from burl.testing.synthetic import SyntheticCorpus, flooded, reworded, synthetic_corpus
from burl.window import Intervals

Check = Callable[[type[Detector], Path], None]

_SEED = 7
_MIN_AREA = 0.7
_MAX_BYTES = 96 * 2**20
_FLOOD = 100_000
_EXPLAINED = 100
"""Rows of each portion that are explained."""
_NASTY = (
    "",
    "\0",
    "\0" * 50,
    "ünïcödé 行 \U0001f525 \u202e",
    "x" * 1_000_000,
    "<*>",
    "a\nb\r\n\tc",
    "%s {} \\",
)
_FORBIDDEN = {"torch", "sklearn", "pandas"}
_SAFE_SUFFIXES = {".json", ".npz", ".npy", ".onnx"}
_SERVE = """
import json, sys
from importlib import import_module
from pathlib import Path
from burl.testing.scores import unit_scores
from burl.testing.synthetic import synthetic_corpus
module, name, unit, directory = sys.argv[1:]
kind = getattr(import_module(module), name)
detector, corpus = kind.load(Path(directory), unit, kind.config_type()), synthetic_corpus(8, anomalous=0.1)
detector.bind(corpus.streams)
unit_scores(detector, corpus)
print(json.dumps(sorted({loaded.partition(".")[0] for loaded in sys.modules})))
"""


def checks_for(detector_type: type[Detector]) -> list[Check]:
    """Return the checks that apply to `detector_type`, in a fixed order."""
    checks: list[Check] = [
        check_determinism,
        check_export_and_load,
        check_finite_scores,
        check_unseen_templates,
        check_nasty_lines,
        check_bounded_memory,
        check_explanations,
        check_better_than_chance,
        check_serving_imports,
        check_exported_files,
    ]
    if detector_type.online:
        checks.append(check_state_round_trip)
    return [check for check in checks if check.__name__ not in detector_type.skipped_checks]


def check_determinism(detector_type: type[Detector], directory: Path) -> None:
    """Two detectors fitted with the same seed give the same scores, bit by bit."""
    first = unit_scores(_loaded(detector_type, directory / "first"), _spoilt())
    again = directory / "again"
    again.mkdir()
    _fitted(detector_type).export(again)
    second = unit_scores(_load(detector_type, again, _spoilt()), _spoilt())
    np.testing.assert_array_equal(first, second)


def check_export_and_load(detector_type: type[Detector], directory: Path) -> None:
    """A loaded detector scores as the fitted one does (to 1e-5: what is served against torch)."""
    fitted = _fitted(detector_type)
    fitted.export(directory)
    loaded = _load(detector_type, directory, _spoilt())
    fitted.bind(_spoilt().streams)
    expected, actual = unit_scores(fitted, _spoilt()), unit_scores(loaded, _spoilt())
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5)


def check_finite_scores(detector_type: type[Detector], directory: Path) -> None:
    """Scores are finite, one a unit in order (intervals excepted), and point into the unit."""
    for corpus in (_normal(), _spoilt()):
        _score_and_explain(_loaded(detector_type, directory / str(id(corpus)), corpus), corpus)


def check_unseen_templates(detector_type: type[Detector], directory: Path) -> None:
    """Units of nothing but templates never seen in training are scored and explained."""
    foreign = reworded(_spoilt(), lambda text: f"foreign {text}")
    _score_and_explain(_loaded(detector_type, directory, foreign), foreign)


def check_nasty_lines(detector_type: type[Detector], directory: Path) -> None:
    """Empty and huge lines, Unicode and NUL do no harm."""
    texts: dict[str, str] = {}
    nasty = reworded(_spoilt(), lambda text: texts.setdefault(text, _NASTY[len(texts) % len(_NASTY)]))
    _score_and_explain(_loaded(detector_type, directory, nasty), nasty)


def check_bounded_memory(detector_type: type[Detector], directory: Path) -> None:
    """After 100,000 templates that come once each, what the detector keeps is bounded."""
    corpus = flooded(_FLOOD)
    detector = _loaded(detector_type, directory, corpus)
    parts = parts_of(corpus, detector.unit)
    tracemalloc.start()
    try:
        for _ in score_parts(detector, parts):
            pass
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    _require(kept < _MAX_BYTES, f"keeps {kept} bytes")
    size = len(msgpack.packb(detector.state()))
    _require(size < _MAX_BYTES, f"its state takes {size} bytes")


def check_explanations(detector_type: type[Detector], directory: Path) -> None:
    """Something is found in a spoilt corpus, and each finding says why."""
    corpus = _spoilt()
    _require(_score_and_explain(_loaded(detector_type, directory, corpus), corpus), "nothing scored above 0")


def check_better_than_chance(detector_type: type[Detector], directory: Path) -> None:
    """Anomalous units score higher than normal ones: area under the ROC curve above 0.7."""
    corpus = _spoilt()
    detector = _loaded(detector_type, directory, corpus)
    area = roc_area(unit_scores(detector, corpus), corpus.labels(detector.unit))
    _require(area > _MIN_AREA, f"area under the ROC curve {area:.3f}")


def check_serving_imports(detector_type: type[Detector], directory: Path) -> None:
    """Loading and scoring import neither torch nor scikit-learn nor pandas."""
    _write(detector_type, directory)
    arguments = [detector_type.__module__, detector_type.__qualname__, detector_type.units[0], str(directory)]
    command = [sys.executable, "-c", _SERVE, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    _require(not done.returncode, done.stderr)
    imported = _FORBIDDEN & set(json.loads(done.stdout))
    _require(not imported, f"serving imports {sorted(imported)}")


def check_exported_files(detector_type: type[Detector], directory: Path) -> None:
    """Exported files are JSON, npz without pickle, or ONNX: loading them can never run code."""
    _write(detector_type, directory)
    for path in (path for path in directory.rglob("*") if path.is_file()):
        _require(path.suffix in _SAFE_SUFFIXES, f"{path.name} is of no safe format")
        if path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        elif path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as arrays:
                is_plain = all(arrays[name].dtype != object for name in arrays.files)
            _require(is_plain, f"{path.name} holds pickled objects")


def check_state_round_trip(detector_type: type[Detector], directory: Path) -> None:
    """A detector restored in the middle of a stream goes on with the very same scores."""
    corpus = _spoilt()
    whole, before = (_loaded(detector_type, directory / name, corpus) for name in ("whole", "before"))
    parts = parts_of(corpus, whole.unit)
    middle = len(parts) // 2
    expected = [scores.values for _, scores in score_parts(whole, parts)][middle:]
    for _ in score_parts(before, parts[:middle]):
        pass
    after = _loaded(detector_type, directory / "after", corpus)
    after.restore(msgpack.unpackb(msgpack.packb(before.state()), strict_map_key=False))
    actual = [scores.values for _, scores in score_parts(after, parts[middle:])]
    np.testing.assert_array_equal(np.concatenate(actual), np.concatenate(expected))


@cache
def _normal() -> SyntheticCorpus:
    return synthetic_corpus(_SEED)


@cache
def _spoilt() -> SyntheticCorpus:
    return synthetic_corpus(_SEED + 1, anomalous=0.1)


@cache
def _labelled() -> SyntheticCorpus:
    return synthetic_corpus(_SEED + 2, anomalous=0.1)


def _fitted(detector_type: type[Detector]) -> Detector:
    corpus = _labelled() if detector_type.needs_labels else _normal()
    detector = detector_type(seed=_SEED)
    detector.bind(corpus.streams)
    detector.fit(corpus, lambda _stage, _fraction: None)
    return detector


@cache
def _exported(detector_type: type[Detector]) -> tuple[bytes, ...]:
    """Fit once for all checks of a detector; what it exports, as (path, content) one after the other."""
    with tempfile.TemporaryDirectory() as name:
        _fitted(detector_type).export(Path(name))
        files = sorted(path for path in Path(name).rglob("*") if path.is_file())
        return tuple(b for path in files for b in (str(path.relative_to(name)).encode(), path.read_bytes()))


def _write(detector_type: type[Detector], directory: Path) -> None:
    exported = _exported(detector_type)
    for name, content in zip(exported[::2], exported[1::2], strict=True):
        path = directory / name.decode()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _load(detector_type: type[Detector], directory: Path, corpus: SyntheticCorpus) -> Detector:
    detector = detector_type.load(directory, detector_type.units[0], detector_type.config_type())
    detector.bind(corpus.streams)
    return detector


def _loaded(
    detector_type: type[Detector], directory: Path, corpus: SyntheticCorpus | None = None
) -> Detector:
    _write(detector_type, directory)
    return _load(detector_type, directory, corpus or _spoilt())


def _score_and_explain(detector: Detector, corpus: SyntheticCorpus) -> int:
    """Score all units and explain what is odd; return how many rows were explained."""
    explained = 0
    for units, scores in score_parts(detector, parts_of(corpus, detector.unit)):
        _require(np.isfinite(scores.values).all(), "a score is not finite")
        _require(len(scores.rows) == len(scores.positions) == len(scores), "columns differ in length")
        if not isinstance(units, Intervals):
            _check_rows(scores, len(units), len(units.templates))
        for row in np.flatnonzero(scores.values > 0)[:_EXPLAINED].tolist():
            _check_explanation(detector, detector.explain(units, row), corpus.catalogue)
            explained += 1
    return explained


def _require(condition: object, message: str) -> None:  # a check speaks under python -O, too
    if not condition:
        raise AssertionError(message)


def _check_rows(scores: Scores, units: int, templates: int) -> None:
    np.testing.assert_array_equal(scores.rows, np.arange(units))
    _require(((scores.positions >= 0) & (scores.positions < templates)).all(), "a position is out of range")


def _check_explanation(detector: Detector, why: Explanation, catalogue: Catalogue) -> None:
    _require(why.kind in detector.kinds, f"kind {why.kind} is not one of {detector.kinds}")
    _require(why.reason.strip(), "an explanation has no reason")
    for template in (why.template, why.nearest_template, *why.expected_templates):
        _require(-1 <= template < len(catalogue), f"template {template} is not in the catalogue")
    _require(why.end_ns >= why.start_ns, "a finding ends before it starts")
