"""The `event_set` detector."""

import json
from collections import OrderedDict
from pathlib import Path
from typing import ClassVar, Self

import numpy as np

from burl.detect.base import Corpus, Detector, DetectorConfig, Explanation, Progress, Scores, Units
from burl.detect.event_set.config import EventSetConfig
from burl.detect.event_set.profile import Events, Judgement, Profile
from burl.detect.event_set.words import Words
from burl.detect.vocabulary import Vocabulary
from burl.errors import BundleError
from burl.receive.batch import Ints
from burl.window.units import Sequences, Unit


class EventSet(Detector):
    """New event, length out of range, distance to the nearest count vector, n-gram not seen.

    The raw score is the largest ratio of a rule's value to its threshold; above 1 a rule is broken, which is
    the paper's union rule (Landauer, Skopik, Wurzenberger: A Critical Review of Common Log Data Sets, FSE
    2024). Each kind of session has thresholds of its own.
    """

    name: ClassVar[str] = "event_set"
    config_type: ClassVar[type[DetectorConfig]] = EventSetConfig
    units: ClassVar[tuple[Unit, ...]] = ("session", "window")
    kinds: ClassVar[tuple[str, ...]] = ("sequence",)
    config: EventSetConfig

    def __init__(self, unit: Unit | None = None, config: DetectorConfig | None = None, seed: int = 0) -> None:
        """Args: as `Detector`; nothing here is random, so `seed` changes nothing."""
        super().__init__(unit, config, seed)
        self._vocabulary = Vocabulary([])
        self._profiles: dict[str, Profile] = {}
        self._judged: OrderedDict[tuple[str, int, bytes], Judgement] = OrderedDict()

    def fit(self, corpus: Corpus, progress: Progress) -> None:
        """Learn the profile of each kind of sequence."""
        sequences = corpus.sequences(self.unit)
        self._vocabulary = Vocabulary.of(sequences.templates, sequences.catalogue)
        dense = self._vocabulary.encode(sequences.templates, sequences.catalogue)
        by_kind: dict[str, list[tuple[Events, int]]] = {}
        for row, kind in enumerate(sequences.kinds):
            events = tuple(dense[sequences.offsets[row] : sequences.offsets[row + 1]].tolist())
            by_kind.setdefault(kind, []).append((events, int(sequences.leads[row])))
        for done, (kind, members) in enumerate(sorted(by_kind.items())):
            progress(f"event_set: {kind}", done / len(by_kind))
            if len(members) >= self.config.min_sequences:
                self._profiles[kind] = Profile.learn(members, self.config)
        progress("event_set", 1.0)

    def export(self, directory: Path) -> None:
        """Write the vocabulary and the profiles as JSON."""
        self._vocabulary.save(directory / "vocabulary.json")
        profiles = {kind: profile.to_json() for kind, profile in self._profiles.items()}
        (directory / "profiles.json").write_text(json.dumps(profiles), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path, unit: Unit, config: DetectorConfig) -> Self:
        """Read what `export` wrote. Raises BundleError when it is damaged."""
        detector = cls(unit, config)
        detector._vocabulary = Vocabulary.load(directory / "vocabulary.json")
        try:
            profiles = json.loads((directory / "profiles.json").read_text(encoding="utf-8"))
            detector._profiles = {kind: Profile.from_json(data) for kind, data in profiles.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BundleError(f"event_set in {directory} cannot be read: {error!r}") from error
        return detector

    def score(self, units: Units) -> Scores:
        """Score each sequence; 0 where its kind was not in training."""
        if not isinstance(units, Sequences):
            raise TypeError(f"event_set scores sequences, not {type(units).__name__}")
        dense = self._vocabulary.encode(units.templates, units.catalogue)
        values = np.zeros(len(units), dtype=np.float64)
        positions = units.offsets[:-1].copy()
        for row, kind in enumerate(units.kinds):
            start, stop, lead = units.offsets[row], units.offsets[row + 1], int(units.leads[row])
            if stop - start > lead:
                judgement = self._judge(kind, dense[start:stop], lead)
                values[row] = judgement.score
                positions[row] += judgement.offset
        return Scores(values, np.arange(len(units)), positions)

    def explain(self, units: Units, row: int) -> Explanation:
        """Say which rule is broken, what was expected and what came."""
        if not isinstance(units, Sequences):
            raise TypeError(f"event_set explains sequences, not {type(units).__name__}")
        start, stop = int(units.offsets[row]), int(units.offsets[row + 1])
        dense = self._vocabulary.encode(units.templates[start:stop], units.catalogue)
        kind, lead = units.kinds[row], int(units.leads[row])
        subject = f"{kind} {units.keys[row]}" if units.unit == "session" else f"window of {units.keys[row]}"
        profile = self._profiles.get(kind)
        if profile is None or stop - start <= lead:
            return Explanation("sequence", f"{subject}: no {kind} like it was in training")
        judgement = self._judge(kind, dense, lead)
        judged = dense[lead:]
        words = Words(
            self._vocabulary,
            units.catalogue,
            profile,
            tuple(judged[judged < self._vocabulary.unseen].tolist()),
        )
        explanation = words.explanation(subject, judgement)
        explanation.template = int(units.templates[start + judgement.offset])
        explanation.start_ns = int(units.times_ns[start + lead : stop].min())
        explanation.end_ns = int(units.times_ns[start + lead : stop].max())
        return explanation

    def _judge(self, kind: str, dense: Ints, lead: int) -> Judgement:
        key = (kind, lead, dense.tobytes())
        known = self._judged.get(key)
        if known is not None:
            self._judged.move_to_end(key)
            return known
        judgement = self._judgement(kind, dense, lead)
        self._judged[key] = judgement
        if len(self._judged) > self.config.max_cached:
            self._judged.popitem(last=False)
        return judgement

    def _judgement(self, kind: str, dense: Ints, lead: int) -> Judgement:
        profile = self._profiles.get(kind)
        if profile is None:
            return Judgement(0.0, "none", lead)
        unseen = np.flatnonzero(dense[lead:] == self._vocabulary.unseen) + lead
        if self.config.unseen == "anomalous":
            judgement = profile.judge(tuple(dense.tolist()), lead, self.config)
            if len(unseen):
                share = len(unseen) / (len(dense) - lead)
                return max(judgement, Judgement(1 + share, "new event", int(unseen[0])))
            return judgement
        return self._without_unseen(profile, dense, lead)

    def _without_unseen(self, profile: Profile, dense: Ints, lead: int) -> Judgement:
        kept = np.flatnonzero(dense != self._vocabulary.unseen)
        kept_lead = int(np.count_nonzero(kept < lead))
        if len(kept) == kept_lead:
            return Judgement(0.0, "none", lead)
        judgement = profile.judge(tuple(dense[kept].tolist()), kept_lead, self.config)
        return judgement._replace(offset=int(kept[judgement.offset]))
