"""Open sessions: which have been silent for too long, and which are given up first when they are too many."""

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace
from itertools import count
from operator import attrgetter

from burl.window.numbered import Id


@dataclass(slots=True, eq=False)
class Session:
    """An open session.

    Attributes:
        number: rises with each session that begins.
        ids: in order of first sight.
        places: of its records.
        newest_ns: the latest time of its events.
        touched_ns: its sender's watermark after its last event.
        holder: the service of its first event.
        sender: of its last event; "" before that is noted.
        turn: rises with each last event that is noted.
    """

    number: int
    ids: list[Id]
    places: list[int]
    newest_ns: int
    touched_ns: int
    holder: int
    sender: str = ""
    turn: int = 0


class OpenSessions:
    """Open sessions, those of each sender in the order of their last events.

    Watermarks never go back, so that is also the order of their deadlines: no heap, and no scan of what has
    not expired. The order of all is worked out where it is wanted, which is seldom.
    """

    def __init__(self) -> None:
        self._sessions: set[Session] = set()
        self._by_sender: dict[str, OrderedDict[Session, None]] = {}
        self._turns = count()

    def __len__(self) -> int:
        """Return the number of sessions."""
        return len(self._sessions)

    def __iter__(self) -> Iterator[Session]:
        """Go through the sessions, the longest silent first."""
        return iter(sorted(self._sessions, key=attrgetter("turn")))

    def add(self, session: Session) -> None:
        """Take in a session that begins."""
        self._sessions.add(session)

    def touch(self, sessions: Iterable[Session], sender: str) -> None:
        """Note the last events of sessions, one at least, in this order: they were the sender's."""
        touched = self._by_sender.setdefault(sender, OrderedDict())
        for session in sessions:
            if session.sender != sender:
                self._leave(session)
                session.sender = sender
            session.turn = next(self._turns)
            touched[session] = None
            touched.move_to_end(session)

    def discard(self, session: Session) -> None:
        """Forget a session."""
        self._sessions.discard(session)
        self._leave(session)

    def _leave(self, session: Session) -> None:
        of_sender = self._by_sender.get(session.sender)
        if of_sender is not None:
            of_sender.pop(session, None)
            if not of_sender:
                del self._by_sender[session.sender]

    def silent(self, sender: str, before_ns: int) -> Iterator[Session]:
        """Yield the sessions last touched by the sender, before `before_ns`; each is to be discarded then."""
        while of_sender := self._by_sender.get(sender):
            session = next(iter(of_sender))
            if session.touched_ns >= before_ns:
                return
            yield session

    def victims(self, weight: Callable[[Session], int]) -> Iterator[Session]:
        """Yield the longest silent session of the service that has most; it is to be discarded then.

        To take from the largest holder is fair as dropping from the longest queue is (McKenney, Stochastic
        Fairness Queueing, INFOCOM 1990): who floods loses its own, and of one holder the longest silent go.

        Args:
            weight: what a session counts.
        """
        queues: defaultdict[int, deque[Session]] = defaultdict(deque)
        for session in self:
            queues[session.holder].append(session)
        heap = [(-sum(map(weight, queue)), holder) for holder, queue in queues.items()]
        heapify(heap)
        while heap:
            held, holder = heap[0]
            session = queues[holder].popleft()
            if queues[holder]:
                heapreplace(heap, (held + weight(session), holder))
            else:
                heappop(heap)
            yield session
