"""The parameter-value model: whether the numbers in a line are what the lines before it let expect.

Each template with numbers in it, of each service, is a series: the elapsed time since the record before and
the numbers of the line, as logarithms in units of their usual spread. An LSTM predicts the next values from
the last h; the error on held-out values, taken as Gaussian (fitted to all errors or to their tail, whichever
is wider), gives the interval; the raw score is the largest distance of an error from its mean, in standard
deviations.

The paper trains one network for each key. Here one small network serves all, told the key by an embedding:
it needs a hundredth of the memory and learns from keys that have few values. Templates without a number in
their text have no model: silence and bursts are the business of the detector `rate`. Counters, ids and
numbers whose error is next to nothing, or grows beyond that of training, are not judged. A series is judged
once it has h values.
"""

import json
from collections.abc import Callable
from pathlib import Path
from statistics import NormalDist
from typing import Any, Self

import numpy as np

from burl.detect.base import Corpus, Explanation, Progress, Scores
from burl.detect.deeplog.columns import ELAPSED, Column
from burl.detect.deeplog.judging import Judged, Learnt, SeriesReader, compare, predict
from burl.detect.deeplog.samples import examples, gather, with_intervals
from burl.detect.deeplog.series import SeriesTable
from burl.detect.deeplog.settings import DeepLogConfig
from burl.detect.deeplog.tables import Tables
from burl.detect.recurrent import load_network
from burl.detect.vocabulary import Vocabulary
from burl.errors import BundleError
from burl.window import Events


class ValueModel:
    """Scores events by their oddest value; remembers the latest values of each series."""

    def __init__(self, config: DeepLogConfig) -> None:
        self._config = config
        self._learnt: Learnt | None = None
        self._series = SeriesTable(config.values.max_series)
        self._judged: Judged | None = None

    def fit(self, corpus: Corpus, progress: Progress, seed: int) -> None:
        """Learn from all events of `corpus`; without a template that has numbers, learn nothing."""
        config, history = self._config.values, self._config.history
        modelled = gather(corpus.events(), config)
        if not modelled:
            return
        from burl.detect.deeplog.training import Trainer  # torch is for training only

        columns = [each.columns for each in modelled]
        found = examples(modelled, Tables(columns), history)
        train, held = ((found.keys[rows], found.windows[rows]) for rows in (~found.held, found.held))
        model = Trainer(config.network, seed, progress).values(train, held, len(modelled))
        errors = found.windows[:, -1] - predict(model, found.keys, found.windows[:, :-1])
        judged = [with_intervals(each, key, found, errors) for key, each in enumerate(columns)]
        vocabulary = Vocabulary([corpus.catalogue[each.template].id for each in modelled])
        self._learnt = Learnt(vocabulary, Tables(judged), model)

    def export(self, directory: Path) -> None:
        """Write the vocabulary, the columns and the network."""
        columns = self._learnt.tables.columns if self._learnt else []
        content = json.dumps({"columns": [[column.to_json() for column in each] for each in columns]})
        (directory / "columns.json").write_text(content, encoding="utf-8")
        if self._learnt:
            self._learnt.vocabulary.save(directory / "vocabulary.json")
            self._learnt.model.save(directory, "values")

    @classmethod
    def load(cls, directory: Path, config: DeepLogConfig) -> Self:
        """Read what `export` wrote. Raises BundleError when it is damaged."""
        model = cls(config)
        try:
            content = json.loads((directory / "columns.json").read_text(encoding="utf-8"))
            columns = [[Column.from_json(column) for column in each] for each in content["columns"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BundleError(f"deeplog:event in {directory} cannot be read: {error!r}") from error
        if columns:
            vocabulary = Vocabulary.load(directory / "vocabulary.json")
            network = load_network(directory, "values")
            model._learnt = learnt = Learnt(vocabulary, Tables(columns), network)
            if len(vocabulary) != len(columns) or network.shape != (learnt.tables.width,):
                raise BundleError(
                    f"deeplog:event in {directory}: network and columns differ in size; retrain"
                )
        return model

    def score(self, events: Events, service_key: Callable[[int], str]) -> Scores:
        """Score each event: 0 where it has no judged value, or its series is too short yet.

        `service_key` names the services, whose indexes are the process's own.
        """
        values = np.zeros(len(events), dtype=np.float64)
        self._judged = None
        if self._learnt:
            dense = self._learnt.vocabulary.encode(events.templates, events.catalogue)
            rows = np.flatnonzero(np.append(self._learnt.tables.active, False)[dense])
            if len(rows):
                reader = SeriesReader(self._learnt.tables, self._series, self._config.history, service_key)
                self._judged = judged = compare(self._learnt, reader.take(events, rows, dense[rows]))
                values[judged.rows] = judged.distances.max(axis=1)
        indexes = np.arange(len(events))
        return Scores(values, indexes, indexes)

    def explain(self, events: Events, row: int) -> Explanation:
        """Say which value of event `row` is odd, what was expected and what came."""
        template = int(events.templates[row])
        text = events.catalogue[template].text
        rows = self._judged.rows.tolist() if self._judged else []
        if self._judged is None or self._learnt is None or row not in rows:
            return Explanation("parameter", f"'{text}': its values are not judged", template)
        i = rows.index(row)
        at = int(self._judged.distances[i].argmax())
        column = self._learnt.tables.columns[int(self._judged.keys[i])][at]
        came, expected = float(self._judged.came[i, at]), float(self._judged.expected[i, at])
        distance = float(self._judged.distances[i, at])
        reach = self._interval * column.spread
        low, high = column.unscaled(expected - reach), column.unscaled(expected + reach)
        if column.unscaled(came) >= 0:  # most numbers in logs cannot be negative
            low = max(low, 0.0)
        what = "elapsed time in seconds" if column.place == ELAPSED else f"value {column.place + 1}"
        return Explanation(
            kind="parameter",
            reason=f"'{text}': {what} was {column.unscaled(came):.6g}, expected {low:.6g} to {high:.6g}",
            template=template,
            expected_value=column.unscaled(expected),
            actual_value=column.unscaled(came),
            probability=2 * NormalDist().cdf(-distance),
            decisive=distance > self._interval,
            detail={"place": column.place, "low": low, "high": high},
        )

    def state(self) -> Any:
        """Return the latest values of each series."""
        return self._series.state(self._learnt.vocabulary.ids) if self._learnt else None

    def restore(self, state: Any) -> None:
        """Continue from `state`."""
        if self._learnt and state:
            self._series.restore(state, self._learnt.vocabulary.ids, self._learnt.tables.width)

    @property
    def _interval(self) -> float:
        """Half the interval of the paper's rule, in standard deviations."""
        return NormalDist().inv_cdf((1 + self._config.values.confidence) / 2)
