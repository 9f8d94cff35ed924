"""Open sessions: which have been silent for too long, and which are given up first when they are too many."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace
from itertools import count
from operator import attrgetter

from burl.window.numbered import Id
from burl.window.recency import BySender


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
    """Open sessions, by each of their ids, and those of each sender in the order of their last events.

    The order of all is worked out where it is wanted, which is seldom.
    """

    def __init__(self) -> None:
        self.by_id: dict[Id, Session] = {}
        self.held = 0
        """How many records they hold; who adds some counts them."""
        self._sessions: set[Session] = set()
        self._by_sender: BySender[Session] = BySender()
        self._turns = count()

    def __len__(self) -> int:
        """Return the number of sessions."""
        return len(self._sessions)

    def __iter__(self) -> Iterator[Session]:
        """Go through the sessions, the longest silent first."""
        return iter(sorted(self._sessions, key=attrgetter("turn")))

    def add(self, session: Session) -> None:
        """Take in a session that begins, without ids."""
        self._sessions.add(session)
        self.held += len(session.places)

    def name(self, session: Session, ids: Iterable[Id]) -> None:
        """Let ids, which are no other session's, be a session's."""
        for one in ids:
            if self.by_id.get(one) is not session:
                self.by_id[one] = session
                session.ids.append(one)

    def join(self, session: Session, other: Session) -> None:
        """Move all of `other` into `session`, the older of the two; a record in both is in it once."""
        self.discard(other)
        self.name(session, other.ids)
        places = sorted({*session.places, *other.places})
        self.held += len(places) - len(session.places)
        session.places = places
        session.newest_ns = max(session.newest_ns, other.newest_ns)

    def discard(self, session: Session) -> None:
        """Forget a session and its ids."""
        self._sessions.discard(session)
        self._by_sender.leave(session, session.sender)
        for one in session.ids:
            del self.by_id[one]
        self.held -= len(session.places)

    def touch(self, sessions: Sequence[Session], sender: str) -> None:
        """Note the last events of sessions, one at least, in this order: they were the sender's."""
        for session in sessions:
            if session.sender != sender:
                self._by_sender.leave(session, session.sender)
                session.sender = sender
            session.turn = next(self._turns)
        self._by_sender.touch(sessions, sender)

    def silent(self, sender: str, before_ns: int) -> Iterator[Session]:
        """Yield the sessions last touched by the sender, before `before_ns`; each is to be discarded then."""
        while (session := self._by_sender.oldest(sender)) and session.touched_ns < before_ns:
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
