"""The base of detectors that read the words of a line."""

from abc import abstractmethod
from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from burl.detect.base import Corpus, Detector, DetectorConfig, Explanation, Progress, Scores, Units
from burl.detect.cache import Memory, ScoreCache
from burl.detect.embeddings import TextResources
from burl.detect.lines.config import LineConfig
from burl.detect.lines.lexicon import Lexicon, Rows
from burl.detect.lines.phrases import Examples, phrase_of, text_of
from burl.detect.lines.places import Places, find_places, load_places, save_places
from burl.detect.lines.scorer import Floats, Scorer
from burl.detect.tokens import key_of_words
from burl.distinct import distinct
from burl.parse import Catalogue
from burl.window import Events, Unit

_DIGITS = 4
"""Scores are rounded: float32 sums differ in the last bits with the size of the batch they were part of."""
_NAMED = 3
_WEIGHED = 1_000
"""Lines whose weighty words are remembered: what is found comes again, and each word asks the networks."""
_LEXICON, _PLACES = "words.json", "places.json"
_OPEN = np.inf
"""Stands for the score of a template with open places: those of its lines tell."""


class LineModel(NamedTuple):
    """What was learnt: the words known, how they are scored, the wildcards that are read."""

    lexicon: Lexicon
    scorer: Scorer
    places: Places


class LineDetector(Detector):
    """Scores lines by their words: a template once, one with open places once for each of their values.

    What was scored is remembered by template and by words, so that a stream costs a look into an array.
    """

    config_type: ClassVar[type[DetectorConfig]] = LineConfig
    units: ClassVar[tuple[Unit, ...]] = ("event",)
    limit: ClassVar[float]
    """What the paper's own rule calls abnormal scores more than this."""
    config: LineConfig

    def __init__(self, unit: Unit | None = None, config: DetectorConfig | None = None, seed: int = 0) -> None:
        """Args: as `Detector`."""
        super().__init__(unit, config, seed)
        self._model: LineModel | None = None
        self._resources = TextResources()
        self._catalogue: Catalogue | None = None
        self._known: Floats = np.empty(0)
        self._opened: dict[int, tuple[int, ...]] = {}
        self._cache = ScoreCache(self.config.max_cached)
        self._of_kinds = Memory[Hashable, float](self.config.max_cached)
        self._encoded = lru_cache(self.config.max_cached)(self._encode)
        self._weighed = lru_cache(_WEIGHED)(self._weigh)

    def equip(self, resources: TextResources) -> None:
        """Take word vectors and lines of other systems."""
        self._resources = resources

    @abstractmethod
    def learn(self, examples: Examples, progress: Progress) -> tuple[Lexicon, Scorer]:
        """Return a model of the examples. Raises InputError when they cannot teach it."""

    @classmethod
    @abstractmethod
    def load_scorer(cls, directory: Path) -> Scorer:
        """Read what the scorer's `save` wrote. Raises BundleError."""

    @abstractmethod
    def why(self, line: str, score: float, weighty: str) -> Explanation:
        """Explain a line; `weighty` names the words that weighed most, empty where none did."""

    def fit(self, corpus: Corpus, progress: Progress) -> None:
        """Learn the lines of `corpus`; an exception or Ctrl-C leaves what was learnt before as it was."""
        places = find_places(corpus.events())
        lexicon, scorer = self.learn(Examples.of(corpus, places), progress)
        self._forget(LineModel(lexicon, scorer, places))

    def export(self, directory: Path) -> None:
        """Write the model, if anything was learnt."""
        if self._model:
            self._model.lexicon.save(directory / _LEXICON)
            self._model.scorer.save(directory)
            save_places(self._model.places, directory / _PLACES)

    @classmethod
    def load(cls, directory: Path, unit: Unit, config: DetectorConfig) -> Self:
        """Read what `export` wrote. Raises BundleError when it is damaged."""
        detector = cls(unit, config)
        if any(directory.iterdir()):
            lexicon = Lexicon.load(directory / _LEXICON, detector.config.max_words)
            places = load_places(directory / _PLACES)
            detector._forget(LineModel(lexicon, cls.load_scorer(directory), places))
        return detector

    def score(self, units: Units) -> Scores:
        """Score each line; 0 where nothing in it can be read."""
        events = _events(units)
        rows = np.arange(len(events))
        values = np.zeros(len(events))
        if self._model and len(events):
            values = self._of_templates(events.catalogue, events.templates)
            opened = (values == _OPEN).nonzero()[0].tolist()
            values[opened] = self._of_events(events, opened)
        return Scores(values, rows, rows, values > self.limit)

    def explain(self, units: Units, row: int) -> Explanation:
        """Say what the line reads like, and which words weighed most: those without which it scores less."""
        events = _events(units)
        text = self._text(events, row)
        score, weights = self._weighed(key_of_words(text))
        found = self.why(text, score, ", ".join(map(repr, weights)))
        found.template = int(events.templates[row])
        found.decisive = score > self.limit
        found.detail = {**found.detail, "words": list(weights), "weights": list(weights.values())}
        return found

    def _weigh(self, text: str) -> tuple[float, dict[str, float]]:
        """Return a line's score, and what it would score less without a word, the weightiest words first."""
        if self._model is None:
            return 0.0, {}
        score = float(self._judge([text])[0])
        phrase = phrase_of(text)[: self.config.max_words]
        distinct = list(dict.fromkeys(phrase))
        without = [[other for other in phrase if other != word] for word in distinct]
        losses = score - self._scores(self._model.lexicon.rows(without))
        order = np.argsort(-losses, kind="stable")[:_NAMED]
        return score, {distinct[i]: round(float(losses[i]), _DIGITS) for i in order.tolist() if losses[i] > 0}

    def _of_templates(self, catalogue: Catalogue, templates: npt.NDArray[np.int64]) -> Floats:
        """Return the score of each event's template, `_OPEN` of one with open places."""
        if catalogue is not self._catalogue:
            self._catalogue, self._known = catalogue, np.empty(0)
            self._opened.clear()
            self._of_kinds = Memory(self.config.max_cached)
        if grown := len(catalogue) - len(self._known):
            self._known = np.concatenate([self._known, np.full(grown, np.nan)])
        values: Floats = self._known[templates]
        if np.isnan(values).any():
            self._meet(catalogue, distinct(templates[np.isnan(values)]).tolist())
            values = self._known[templates]
        return values

    def _meet(self, catalogue: Catalogue, fresh: list[int]) -> None:
        """Score templates that were not met before, and note the open places of those that have some."""
        places = self._model.places if self._model else {}
        self._known[fresh] = self._judge([catalogue[index].text for index in fresh])
        opened = [index for index in fresh if catalogue[index].id in places]
        self._known[opened] = _OPEN
        self._opened.update((index, tuple(places[catalogue[index].id])) for index in opened)

    def _of_events(self, events: Events, rows: list[int]) -> list[float]:
        """Return the scores of events whose templates have open places; of one kind one is read."""
        kinds = events.kinds(rows, [self._opened[index] for index in events.templates[rows].tolist()])
        told = zip(kinds, rows, strict=True)
        # by its text a long line would be remembered in full
        said = [self._row(self._text(events, row)).tobytes() if kind is None else kind for kind, row in told]
        return self._of_kinds.values(
            said, lambda fresh: self._judge([self._text(events, rows[at]) for at in fresh]).tolist()
        )

    def _text(self, events: Events, row: int) -> str:
        return text_of(events, row, self._model.places if self._model else {})

    def _judge(self, texts: list[str]) -> Floats:
        if self._model is None or not texts:
            return np.zeros(len(texts))
        rows = np.concatenate([self._row(text) for text in texts])
        return self._cache.scores(rows.reshape(len(texts), -1), self._scores)

    def _scores(self, rows: Rows) -> Floats:
        scores = np.zeros(len(rows))
        readable = (rows != 0).any(axis=1)
        if self._model and readable.any():
            scores[readable] = self._model.scorer(rows[readable]).round(_DIGITS)
        return scores

    def _row(self, text: str) -> Rows:
        return self._encoded(key_of_words(text))

    def _encode(self, text: str) -> Rows:
        if self._model is None:
            raise ValueError(f"{self.name} has learnt no words")
        return self._model.lexicon.encode(phrase_of(text))

    def _forget(self, model: LineModel) -> None:
        """Take a model, and forget what another one said."""
        self._model, self._catalogue = model, None
        self._cache = ScoreCache(self.config.max_cached)
        self._encoded.cache_clear()
        self._weighed.cache_clear()


def _events(units: Units) -> Events:
    if not isinstance(units, Events):
        raise TypeError(f"detectors of lines score events, not {type(units).__name__}")
    return units
