"""One request through the rooms, slice by slice: whatever fails is in the dead letters, and only that."""

import logging
from collections.abc import Iterator

from burl.decide import Findings
from burl.engine.dead_letters import unjudged, unusable
from burl.engine.pipeline import Pipeline
from burl.errors import Undecodable
from burl.receive.batch import Batch
from burl.receive.otlp import Decoder

_LOG = logging.getLogger(__name__)


class Judge:
    """Decoder and pipeline as the engine uses them."""

    def __init__(self, decoder: Decoder, pipeline: Pipeline) -> None:
        self._decoder, self._pipeline = decoder, pipeline

    def begin(self, raw: bytes, sender: str, arrival_ns: int) -> tuple[Iterator[Findings], Exception | None]:
        """Return the findings of a request, slice by slice, and the error to answer it with.

        Nothing is judged, and no state changes, before the first slice is asked for. Asking raises nothing.

        Raises:
            MemoryError: it is too large for what memory there is now.
        """
        try:
            batches = self._decoder.decode(raw, sender, arrival_ns)
        except Undecodable as error:
            letters = unusable(raw, arrival_ns, "receive", error)
            return iter([Findings(dead_letters=letters)]), error
        return self._slices(batches, raw, arrival_ns), None

    def _slices(self, batches: Iterator[Batch], raw: bytes, arrival_ns: int) -> Iterator[Findings]:
        records = 0
        while True:
            try:
                batch = next(batches, None)
            except Exception as error:  # noqa: BLE001 - else its sender would send this poison for ever
                _LOG.exception("a request made the decoder fail after %d records", records)
                letters = unusable(raw, arrival_ns, "receive", error, judged_records=records)
                yield Findings(dead_letters=letters)
                return
            if batch is None:
                return
            records += len(batch)
            yield self._process(batch)

    def _process(self, batch: Batch) -> Findings:
        try:
            return self._pipeline.process(batch)
        except Exception as error:  # noqa: BLE001 - as above; the slices around it must go on
            _LOG.exception("a slice of %d records made a room fail; they go to the dead letters", len(batch))
            return Findings(dead_letters=unjudged(batch, error))
