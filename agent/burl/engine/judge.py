"""Requests through the rooms, slice by slice: whatever fails is in the dead letters, and only that."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from burl.decide import Findings
from burl.engine.dead_letters import unjudged, unusable
from burl.engine.group import Group, Member
from burl.engine.pipeline import Pipeline
from burl.errors import Undecodable
from burl.receive.batch import Batch
from burl.receive.otlp import Decoder, Request

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Begun:
    """Requests on their way through the rooms.

    Attributes:
        slices: what they lead to, slice by slice.
        kept: each request as the journal keeps it, without what is personal.
        errors: what the sender of each is answered in the end, if not OK.
    """

    slices: Iterator[Findings]
    kept: Sequence[bytes]
    errors: Sequence[Exception | None]


class _Sound(NamedTuple):
    """A request that can be decoded, and its bytes as they are kept."""

    request: Request
    raw: bytes


class _Damaged(NamedTuple):
    """A request that cannot be: its bytes, what its sender is told, and its dead letters."""

    raw: bytes
    error: Exception | None
    letters: Findings


class Judge:
    """Decoder and pipeline as the engine uses them."""

    def __init__(self, decoder: Decoder, pipeline: Pipeline) -> None:
        self._decoder, self._pipeline = decoder, pipeline

    def begin(self, group: Group, *, redacted: bool = False) -> Begun:
        """Begin to judge requests; those that come from the journal are `redacted` already.

        Nothing is judged, and no state changes, before the first slice is asked for. Asking raises nothing.

        Raises:
            MemoryError: they are too large for what memory there is now.
        """
        read = [self._read(member, redacted=redacted) for member in group.members]
        sound = [each for each in read if isinstance(each, _Sound)]
        damaged = [each for each in read if isinstance(each, _Damaged)]
        slices = chain((each.letters for each in damaged), self._slices(sound, group.sender))
        errors = [each.error if isinstance(each, _Damaged) else None for each in read]
        return Begun(slices, [each.raw for each in read], errors)

    def _read(self, member: Member, *, redacted: bool) -> _Sound | _Damaged:
        try:
            kept = member.raw if redacted else self._decoder.redacted(member.raw)
            return _Sound(self._decoder.read(kept, member.arrival_ns), kept)
        except MemoryError:
            raise
        except Exception as error:  # else its sender would send this poison for ever
            return _given_up(member, error)

    def _slices(self, sound: Sequence[_Sound], sender: str) -> Iterator[Findings]:
        requests = [each.request for each in sound]
        if len(sound) == 1:
            yield from self._alone(sound[0], self._decoder.decode_together(requests, sender))
            return
        try:
            batches = list(self._decoder.decode_together(requests, sender))
        except Exception:  # it is one of them; nothing has been judged
            _LOG.exception("%d requests made the decoder fail together; each is judged alone", len(sound))
            for each in sound:
                alone = self._decoder.decode(each.raw, sender, each.request.arrival_ns)
                yield from self._alone(each, alone)
        else:
            yield from map(self._process, batches)

    def _alone(self, sound: _Sound, batches: Iterator[Batch]) -> Iterator[Findings]:
        records = 0
        try:
            for batch in batches:
                records += len(batch)
                yield self._process(batch)
        except Exception as error:  # else its sender would send this poison for ever
            _LOG.exception("a request made the decoder fail after %d records", records)
            arrival_ns = sound.request.arrival_ns
            letters = unusable(sound.raw, arrival_ns, "receive", error, judged_records=records)
            yield Findings(dead_letters=letters)

    def _process(self, batch: Batch) -> Findings:
        try:
            return self._pipeline.process(batch)
        except Exception as error:  # the slices around it must go on
            _LOG.exception("a slice of %d records made a room fail; they go to the dead letters", len(batch))
            return Findings(dead_letters=unjudged(batch, error))


def _given_up(member: Member, error: Exception) -> _Damaged:
    """Make a dead letter of a whole request; what it holds cannot be told apart, so it stays as it came."""
    if not isinstance(error, Undecodable):
        _LOG.error("a request made the decoder fail", exc_info=error)
    letters = Findings(dead_letters=unusable(member.raw, member.arrival_ns, "receive", error))
    return _Damaged(member.raw, error if isinstance(error, Undecodable) else None, letters)
