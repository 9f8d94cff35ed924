"""The `event_set` detector."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Self

import numpy as np

from burl.detect.base import Corpus, Detector, DetectorConfig, Explanation, Progress, Scores, Units
from burl.detect.cache import SequenceMemory, sequence_key, sequence_keys
from burl.detect.event_set.config import EventSetConfig
from burl.detect.event_set.laws import Laws
from burl.detect.event_set.profile import Events, Judgement, Opinion, Profile
from burl.detect.event_set.proportions import Proportions
from burl.detect.event_set.relations import candidates_of, laws_of, sample_of
from burl.detect.event_set.words import Words
from burl.detect.vocabulary import Vocabulary
from burl.errors import BundleError
from burl.receive.batch import Ints
from burl.window.units import Sequences, Unit

_NO_OPINION = Opinion(0.0, "none", 0)


class EventSet(Detector):
    """New event, length out of range, distance to the nearest count vector, n-gram not seen; broken laws.

    The first four are the rules of the paper (Landauer, Skopik, Wurzenberger: A Critical Review of Common Log
    Data Sets, FSE 2024), each switchable; their union is its verdict (`Explanation.decisive`). Each kind of
    session has thresholds of its own.

    A distance over the whole session drowns one missing step among many events of varying number. Sessions
    are therefore also judged by laws, as *Mining Invariants from Console Logs* does (Lou et al., USENIX ATC
    2010): what comes together, in which order, how often, in which ratio (see `relations`).

    In long traces (of system calls) everything comes at some time. They are also judged by the proportions in
    which their n-grams come (see `proportions`); some normal ones are like no other, so the limit is the .95
    quantile of leave-one-out distances. ADFA-LD: F1 of the union .60 (n = 3; 2 and 4 about .57).

    The raw score is in decades, 0 where no rule is broken: of a law its evidence, of a rule of the paper how
    far its threshold is passed. HDFS (split of DeepLog's authors): F1 of the paper's union .987.
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
        self._judged = SequenceMemory[Judgement](self.config.max_cached)

    def fit(self, corpus: Corpus, progress: Progress) -> None:
        """Learn the profile of each kind of sequence."""
        sequences = corpus.sequences(self.unit)
        self._vocabulary = Vocabulary.of(sequences.templates, sequences.catalogue)
        dense = self._vocabulary.encode(sequences.templates, sequences.catalogue)
        by_kind: dict[str, list[tuple[Events, int]]] = {}
        for row, kind in enumerate(sequences.kinds):
            if not sequences.complete[row]:
                continue
            events = tuple(dense[sequences.offsets[row] : sequences.offsets[row + 1]].tolist())
            by_kind.setdefault(kind, []).append((events, int(sequences.leads[row])))
        by_kind = {k: m for k, m in sorted(by_kind.items()) if len(m) >= self.config.min_sequences}
        for done, (kind, members) in enumerate(by_kind.items()):
            progress(f"event_set: {kind}", done / len(by_kind))
            self._profiles[kind] = Profile.learn(members, self.config)
        if self.unit == "session":
            # a window is cut anywhere: what it lacks, or does for a while, says nothing
            self._learn_whole(by_kind, dense, sequences.streams)
        progress("event_set", 1.0)

    def _learn_whole(self, by_kind: dict[str, list[tuple[Events, int]]], dense: Ints, streams: Ints) -> None:
        """Learn what only whole sessions tell."""
        if self.config.laws:
            homes = self._homes(dense, streams)
            for kind, laws in self._laws(by_kind, homes):
                self._profiles[kind] = replace(self._profiles[kind], laws=laws)
        for kind, members in by_kind.items() if self.config.proportions else ():
            traces = [events[lead:] for events, lead in members]
            if np.median([len(trace) for trace in traces]) >= self.config.trace_events:
                proportions = Proportions.learn(traces, self.config)
                self._profiles[kind] = replace(self._profiles[kind], proportions=proportions)

    def _laws(self, sessions: dict[str, list[tuple[Events, int]]], homes: Ints) -> Iterable[tuple[str, Laws]]:
        samples = {
            kind: sample_of((events for events, _ in members), homes, self.config)
            for kind, members in sessions.items()
        }
        tests = {kind: candidates_of(sample, self.config) for kind, sample in samples.items()}
        count = sum(len(test) for of_kind in tests.values() for test in of_kind)
        for kind, sample in samples.items():
            yield kind, Laws(laws_of(sample, tests[kind], count, self.config))

    def _homes(self, dense: Ints, streams: Ints) -> Ints:
        """Return the service that writes each event, by dense id."""
        homes = np.zeros(len(self._vocabulary), dtype=np.int64)
        homes[dense] = self._services(streams)
        return homes

    def _services(self, streams: Ints) -> Ints:
        return streams if self._streams is None else self._streams.services_of(streams)

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
        judged = self._judged.values(
            sequence_keys(units, dense), lambda rows: [self._judge(units, dense, row) for row in rows]
        )
        positions = units.offsets[:-1] + np.array([judgement.offset for judgement in judged], dtype=np.int64)
        for row in [row for row, judgement in enumerate(judged) if judgement.breach]:
            start, stop = units.offsets[row : row + 2]
            positions[row] = start + self._offset(judged[row], dense[start:stop], units.streams[start:stop])
        values = np.array([judgement.score for judgement in judged], dtype=np.float64)
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
        complete = bool(units.complete[row])
        judgement = self._judged.value(
            sequence_key(units, row, dense),
            lambda: self._judgement(kind, dense, lead, complete=complete),
        )
        judged = dense[lead:]
        words = Words(
            self._vocabulary,
            units.catalogue,
            profile,
            tuple(judged[judged < self._vocabulary.unseen].tolist()),
        )
        explanation = words.explanation(subject, judgement)
        offset = self._offset(judgement, dense, units.streams[start:stop])
        explanation.template = int(units.templates[start + offset])
        times_ns = units.times_ns[start + lead : stop].tolist()
        explanation.start_ns, explanation.end_ns = min(times_ns), max(times_ns)
        return explanation

    def _offset(self, judgement: Judgement, dense: Ints, streams: Ints) -> int:
        """Return where the first offending record stands in its sequence.

        Of a step that is missing it is what came instead: the first record never seen in training that its
        service wrote from there on (an error, most often), else the next record.
        """
        breach, offset = judgement.breach, judgement.offset
        if breach is None or judgement.rule != "law" or breach.after < 0:
            return offset
        services = self._services(streams[offset:])
        later = np.flatnonzero(services == services[0])[1:] + offset
        unseen = later[dense[later] == self._vocabulary.unseen]
        return int(next(iter([*unseen, *later]), offset))

    def _judge(self, units: Sequences, dense: Ints, row: int) -> Judgement:
        start, stop, lead = int(units.offsets[row]), int(units.offsets[row + 1]), int(units.leads[row])
        if stop - start <= lead:
            return Judgement(0.0, "none", 0)
        return self._judgement(units.kinds[row], dense[start:stop], lead, complete=bool(units.complete[row]))

    def _judgement(self, kind: str, dense: Ints, lead: int, *, complete: bool) -> Judgement:
        profile = self._profiles.get(kind)
        if profile is None:
            return Judgement(0.0, "none", lead)
        known = self._known(profile, dense, lead, complete=complete)
        unseen = np.flatnonzero(dense[lead:] == self._vocabulary.unseen) + lead
        if not len(unseen) or self.config.unseen == "ignore":
            return known
        opinion = profile.judge(tuple(dense.tolist()), lead, self.config) if complete else _NO_OPINION
        share = len(unseen) / (len(dense) - lead)
        return Judgement.of(max(opinion, Opinion(1 + share, "new event", int(unseen[0]))), known.breach)

    def _known(self, profile: Profile, dense: Ints, lead: int, *, complete: bool) -> Judgement:
        """Judge what is left without the events never seen in training."""
        kept = np.flatnonzero(dense != self._vocabulary.unseen)
        kept_lead = int(np.count_nonzero(kept < lead))
        if len(kept) == kept_lead:
            return Judgement(0.0, "none", lead)
        events = tuple(dense[kept].tolist())
        if complete:
            opinion = profile.judge(events, kept_lead, self.config)
        else:
            opinion = profile.judge_part(events, self.config)
        breach = profile.laws.breach(events, complete=complete)
        if breach is not None:
            breach = breach._replace(offset=int(kept[breach.offset]))
        return Judgement.of(opinion._replace(offset=int(kept[opinion.offset])), breach)
