"""What verdicts teach the next training: which records are abnormal, which templates it must know again."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from burl.parse import Catalogue
from burl.parse.catalogue import CONTINUATION, Template
from burl.parse.parser import Parser
from burl.parse.settings import ParseSettings
from burl.parse.template_set import TemplateSet
from burl.receive.batch import Batch

_WHOLE_TEMPLATE_SHARE = 0.01
"""A marked line stands for its template while that is rarer than this; a common one has an odd instance."""
_NEW = ("new_template", "rare_template")
_MARKED_STREAM = 1 << 40
"""Stream of marked lines while they are parsed: no stream of the input has this index."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """Verdicts in force, as documents, and the templates of the bundle that found what they speak of."""

    verdicts: Sequence[dict[str, Any]] = ()
    champion: TemplateSet | None = None

    @property
    def labelled(self) -> list[dict[str, Any]]:
        """What was called abnormal."""
        return [verdict for verdict in self.verdicts if verdict["verdict"] in ("anomaly", "missed")]

    def abnormal(self, batches: Sequence[Batch], settings: ParseSettings) -> set[str]:
        """Return the uids of the records of `batches` that verdicts call abnormal.

        These are the records marked, and those of the templates that marked lines are of: lines that were
        missed, and new lines that are anomalies.
        """
        labelled = self.labelled
        if not labelled:
            return set()
        parser = Parser(settings, Catalogue(), self.champion)
        parsed = [parser.parse(batch.bodies, batch.streams) for batch in batches]
        counts = Counter(template for part in parsed for template in part.tolist())
        rare = _WHOLE_TEMPLATE_SHARE * counts.total()
        templates = {t for t in self._templates(parser) if t != CONTINUATION and counts[t] <= rare}
        uids = {verdict.get("log.record.uid") for verdict in labelled}
        lines = {v["log.record.original"] for v in labelled if v["verdict"] == "missed"}
        return {
            batch.origin.uid(index)
            for batch, part in zip(batches, parsed, strict=True)
            for index, template in enumerate(part.tolist())
            if template in templates or batch.bodies[index] in lines or batch.origin.uid(index) in uids
        }

    def known(self) -> Iterable[Template]:
        """Return the templates whose ids must lead to those of the new bundle."""
        named = (v for v in self.verdicts if "log.template.id" in v and "log.record.template" in v)
        yield from (Template(v["log.template.id"], v["log.record.template"]) for v in named)
        yield from self.champion.catalogue_entries() if self.champion else ()

    def _templates(self, parser: Parser) -> Iterable[int]:
        for verdict in self.labelled:
            if verdict["verdict"] == "missed" or verdict.get("anomaly_kind") in _NEW:
                line = [str(verdict.get("log.record.original", ""))]
                yield int(parser.parse(line, np.array([_MARKED_STREAM], dtype=np.int64))[0])
