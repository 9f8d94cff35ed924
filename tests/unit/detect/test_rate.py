import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from burl.detect.base import Explanation
from burl.detect.rate import Rate, RateConfig
from burl.detect.rate.season import find_season
from burl.detect.rate.tail import burst_surprise, drop_surprise, silence_surprise
from burl.parse import Catalogue, Template
from burl.receive.batch import Identity, StreamTable
from burl.train.corpus import Corpus
from burl.window import Intervals, Record

_LENGTH_NS = 10_000_000_000
_START_NS = 1_800_000_000_000_000_000


class _Service:
    """One service that a detector watches, interval after interval."""

    def __init__(self, config: RateConfig | None = None) -> None:
        self.catalogue, self.detector, self.now_ns = Catalogue(), Rate(config=config), _START_NS
        for name in "abc":
            self.catalogue.add(Template(name, f"text {name}"))
        table = StreamTable()
        table.add(Identity("shop", "api-0", "api", "api"))
        self.detector.bind(table)

    def interval(self, counts: Mapping[int, int]) -> list[tuple[float, int, Explanation]]:
        """Close an interval with these counts by template; return (score, position, why) of each finding."""
        here = {template: count for template, count in counts.items() if count}
        units = Intervals(
            catalogue=self.catalogue,
            interval_seconds=10.0,
            services=np.zeros(len(here), dtype=np.int64),
            templates=np.array(list(here), dtype=np.int64),
            starts_ns=np.full(len(here), self.now_ns, dtype=np.int64),
            counts=np.array(list(here.values()), dtype=np.int64),
            closed=[(0, self.now_ns)],
            record=_record,
        )
        scores = self.detector.score(units)
        self.now_ns += _LENGTH_NS
        columns = zip(scores.values.tolist(), scores.positions.tolist(), range(len(scores)), strict=True)
        return [(v, p, self.detector.explain(units, row)) for v, p, row in columns if v > 0]

    def usual(self, intervals: int, means: Sequence[float] = (30, 8), seed: int = 0) -> int:
        """Let intervals pass as usual; return how many findings they made."""
        rng = np.random.default_rng(seed)
        return sum(
            len(self.interval({t: int(rng.poisson(mean)) for t, mean in enumerate(means)}))
            for _ in range(intervals)
        )


def test_usual_traffic_is_nothing_odd() -> None:
    assert _Service().usual(500) == 0


def test_nothing_is_judged_before_there_is_history() -> None:
    service = _Service()
    service.usual(28)
    assert service.interval({0: 3_000, 1: 8}) == []


def test_a_burst_names_its_template_and_a_record_of_it() -> None:
    service = _Service()
    service.usual(60)
    ((score, position, why),) = service.interval({0: 30, 1: 90})
    assert score > 10
    assert position == 1
    assert (why.kind, why.template, why.actual_value, why.service) == ("rate", 1, 90.0, 0)
    assert why.expected_value == pytest.approx(8, abs=2)
    assert (why.start_ns, why.end_ns) == (service.now_ns - _LENGTH_NS, service.now_ns)


def test_a_silent_template_is_missed() -> None:
    service = _Service()
    service.usual(200, means=(30, 20))
    ((_, position, why),) = service.interval({0: 30})
    assert position == -1
    assert (why.kind, why.template) == ("silence", 1)
    assert why.expected_templates == [1]
    assert "silent for 10 s" in why.reason


def _nights(count: int, catalogue: Catalogue, start_ns: int) -> Intervals:
    """A job that writes for 40 intervals of 4,000, then rests."""
    starts = [start_ns + (night * 4_000 + i) * _LENGTH_NS for night in range(count) for i in range(40)]
    closed = [(0, start_ns + i * _LENGTH_NS) for i in range(count * 4_000)]
    zeros = np.zeros(len(starts), dtype=np.int64)
    return Intervals(
        catalogue=catalogue,
        interval_seconds=10.0,
        services=zeros,
        templates=zeros,
        starts_ns=np.array(starts, dtype=np.int64),
        counts=zeros + 1,
        closed=closed,
        record=_record,
    )


def test_what_rests_every_day_in_training_is_missed_only_after_longer() -> None:
    catalogue, streams = Catalogue(), StreamTable()
    catalogue.add(Template("a", "text a"))
    streams.add(Identity("shop", "backup-0", "backup", "backup"))
    detector = Rate()
    nights = _nights(3, catalogue, _START_NS)
    detector.fit(Corpus(catalogue, streams, interval_slices=[nights]), lambda _stage, _share: None)
    assert not detector.score(_nights(2, catalogue, _START_NS + 12_000 * _LENGTH_NS)).values.any()
    nobody = _nights(0, catalogue, _START_NS)
    nobody.closed.extend((0, _START_NS + (20_000 + i) * _LENGTH_NS) for i in range(8_000))
    assert detector.score(nobody).values.any()


def test_a_silent_service_is_one_finding() -> None:
    service = _Service()
    service.usual(100)
    ((_, position, why),) = service.interval({})
    assert position == -1
    assert why.kind == "silence"
    assert why.detail["whole_service"]
    assert why.template == 0
    assert why.reason.startswith("shop/api/api should have come")


def test_a_drop_of_volume_is_one_finding() -> None:
    service = _Service()
    service.usual(100, means=(300, 200))
    ((_, _, why),) = service.interval({0: 40, 1: 30})
    assert why.kind == "rate"
    assert why.detail["whole_service"]


def test_an_odd_stretch_is_one_finding_until_it_ends() -> None:
    service = _Service()
    service.usual(100)
    onset = service.now_ns
    found = [finding for _ in range(4) for finding in service.interval({0: 30, 1: 60})]
    assert len(found) == 1
    service.usual(10)
    again = service.interval({0: 30, 1: 90})
    assert len(again) == 1
    assert found[0][2].start_ns == onset < again[0][2].start_ns


def test_what_gets_much_worse_is_said_again_with_the_same_start() -> None:
    service = _Service()
    service.usual(100)
    ((first, _, before),) = service.interval({0: 30, 1: 35})
    ((second, _, after),) = service.interval({0: 30, 1: 900})
    assert second >= 2 * first
    assert before.start_ns == after.start_ns


def test_one_burst_does_not_become_the_rule() -> None:
    service = _Service()
    service.usual(100)
    assert service.interval({0: 30, 1: 5_000})
    service.usual(10)
    assert service.interval({0: 30, 1: 60})


def test_a_seasonal_service_is_judged_by_its_season() -> None:
    service = _Service(RateConfig(season_intervals=20))
    rng = np.random.default_rng(3)
    usual = [int(110 + 90 * math.sin(2 * math.pi * phase / 20)) for phase in range(20)]
    first = service.now_ns // _LENGTH_NS
    for number in range(first, first + 200):
        service.interval({0: int(rng.poisson(usual[number % 20]))})
    crest, trough = usual.index(max(usual)), usual.index(min(usual))
    while (service.now_ns // _LENGTH_NS) % 20 != crest:
        assert service.interval({0: usual[(service.now_ns // _LENGTH_NS) % 20]}) == []
    assert service.interval({0: max(usual)}) == []
    while (service.now_ns // _LENGTH_NS) % 20 != trough:
        assert service.interval({0: usual[(service.now_ns // _LENGTH_NS) % 20]}) == []
    assert service.interval({0: max(usual)})


def test_series_are_bounded() -> None:
    service = _Service(RateConfig(max_series=10))
    for name in range(1_000):
        service.catalogue.add(Template(f"t{name}", f"t{name}"))
    for number in range(50):
        service.interval({number * 20 + i: 1 for i in range(20)})
    ((_, (rows, _)),) = service.detector.state()
    assert len(rows) <= 10


def test_finds_the_length_of_a_season() -> None:
    rng = np.random.default_rng(1)
    time = np.arange(200)
    waves = 50 + 30 * np.sin(2 * np.pi * time / 48) + rng.normal(0, 5, 200)
    assert find_season(waves, 360) == pytest.approx(48, abs=2)
    assert find_season(rng.normal(50, 5, 200), 360) == 0
    assert find_season(np.full(200, 7.0), 360) == 0


def _poisson_tail(count: int, mean: float) -> float:
    terms = (math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count, count + 400))
    return -math.log10(sum(terms))


@given(mean=st.floats(0.05, 60), factor=st.floats(1.5, 6))
def test_burst_surprise_is_near_the_exact_tail_and_never_above(mean: float, factor: float) -> None:
    count = math.ceil(mean * factor) + 1
    exact = _poisson_tail(count, mean)
    assert exact - 0.3 <= burst_surprise(count, mean, mean) <= exact + 1e-3


@given(mean=st.floats(1, 1_000), spread=st.floats(1, 20))
def test_drop_surprise_grows_with_the_drop(mean: float, spread: float) -> None:
    surprises = [drop_surprise(int(mean * share), mean, mean * spread) for share in (1, 0.5, 0.1, 0)]
    assert surprises == sorted(surprises)
    assert drop_surprise(math.ceil(mean), mean, mean * spread) == 0


def test_silence_surprise_is_one_in_all_gaps_met_at_the_first_longer_one() -> None:
    zeros, longest, present = np.array([3, 6]), np.array([2, 2]), np.array([999, 999])
    assert silence_surprise(zeros, longest, present) == pytest.approx([3, 6])


_INTERVAL = st.dictionaries(
    st.integers(0, 2), st.dictionaries(st.integers(0, 4), st.sampled_from((1, 2, 8, 300))), min_size=1
)


def _of_all(intervals: Sequence[Mapping[int, Mapping[int, int]]], catalogue: Catalogue) -> Intervals:
    """Return what each service wrote of each template, interval by interval; it is closed for those named."""
    rows = [
        (service, template, _START_NS + number * _LENGTH_NS, count)
        for number, services in enumerate(intervals)
        for service, counts in sorted(services.items())
        for template, count in sorted(counts.items())
    ]
    services, templates, starts_ns, counts = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    closed = [(s, _START_NS + number * _LENGTH_NS) for number, of in enumerate(intervals) for s in sorted(of)]
    return Intervals(catalogue, 10.0, services, templates, starts_ns, counts, closed, _record)


def _record(row: int) -> Record:
    return Record(str(row), "", 0, 0, 0)


@given(st.lists(_INTERVAL, min_size=5, max_size=20))
def test_services_that_are_judged_at_once_are_judged_as_alone(
    intervals: list[dict[int, dict[int, int]]],
) -> None:
    catalogue = Catalogue()
    for name in "abcde":
        catalogue.add(Template(name, f"text {name}"))
    config = RateConfig(min_intervals=2)

    def found(mine: Sequence[int]) -> list[tuple[object, ...]]:
        detector = Rate(config=config)
        parts = [{s: counts for s, counts in of.items() if s in mine} for of in intervals]
        units = _of_all(parts, catalogue)
        scores = detector.score(units)
        explained = [detector.explain(units, row) for row in range(len(scores))]
        return [
            (why.start_ns, why.end_ns, why.service, why.template, score, why.expected_value, why.actual_value)
            for why, score in zip(explained, scores.values.tolist(), strict=True)
        ]

    assert sorted(found((0, 1, 2))) == sorted(found((0,)) + found((1,)) + found((2,)))


@given(st.lists(_INTERVAL, min_size=5, max_size=20), st.integers(0, 19))
def test_a_restart_changes_neither_what_is_found_nor_in_which_order(
    intervals: list[dict[int, dict[int, int]]], cut: int
) -> None:
    catalogue = Catalogue()
    for name in "abcde":
        catalogue.add(Template(name, f"text {name}"))
    config = RateConfig(min_intervals=2, odd_surprise=0.1)
    detector, again = Rate(config=config), Rate(config=config)
    units = [_of_all([{}] * n + [of], catalogue) for n, of in enumerate(intervals)]
    for before in units[:cut]:
        detector.score(before)
    again.restore(detector.state())
    for after in units[cut:]:
        score, same = detector.score(after), again.score(after)
        assert score.values.tolist() == same.values.tolist()
        assert score.positions.tolist() == same.positions.tolist()
