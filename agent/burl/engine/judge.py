"""One request through the rooms, slice by slice: whatever fails is in the dead letters, and only that."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from burl.decide import Findings
from burl.engine.dead_letters import unjudged, unusable
from burl.engine.pipeline import Pipeline
from burl.errors import Undecodable
from burl.receive.batch import Batch
from burl.receive.otlp import Decoder

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Begun:
    """A request on its way through the rooms.

    Attributes:
        slices: what it leads to, slice by slice.
        kept: the request as the journal keeps it, without what is personal.
        error: what its sender is answered in the end, if not OK.
    """

    slices: Iterator[Findings]
    kept: bytes
    error: Exception | None = None


class Judge:
    """Decoder and pipeline as the engine uses them."""

    def __init__(self, decoder: Decoder, pipeline: Pipeline) -> None:
        self._decoder, self._pipeline = decoder, pipeline

    def begin(self, raw: bytes, sender: str, arrival_ns: int, *, redacted: bool = False) -> Begun:
        """Begin to judge a request; one that comes from the journal is `redacted` already.

        Nothing is judged, and no state changes, before the first slice is asked for. Asking raises nothing.

        Raises:
            MemoryError: it is too large for what memory there is now.
        """
        try:
            kept = raw if redacted else self._decoder.redacted(raw)
            batches = self._decoder.decode(kept, sender, arrival_ns)
        except MemoryError:
            raise
        except Exception as error:  # else its sender would send this poison for ever
            return _given_up(raw, arrival_ns, error)
        return Begun(self._slices(batches, kept, arrival_ns), kept)

    def _slices(self, batches: Iterator[Batch], raw: bytes, arrival_ns: int) -> Iterator[Findings]:
        records = 0
        while True:
            try:
                batch = next(batches, None)
            except Exception as error:  # else its sender would send this poison for ever
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
        except Exception as error:  # the slices around it must go on
            _LOG.exception("a slice of %d records made a room fail; they go to the dead letters", len(batch))
            return Findings(dead_letters=unjudged(batch, error))


def _given_up(raw: bytes, arrival_ns: int, error: Exception) -> Begun:
    """Make a dead letter of a whole request; what it holds cannot be told apart, so it stays as it came."""
    if not isinstance(error, Undecodable):
        _LOG.error("a request made the decoder fail", exc_info=error)
    letters = unusable(raw, arrival_ns, "receive", error)
    said = error if isinstance(error, Undecodable) else None
    return Begun(iter([Findings(dead_letters=letters)]), raw, said)
