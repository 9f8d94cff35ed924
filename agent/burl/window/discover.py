"""Finds what a session is: the parameters that tie lines of several templates together.

Words at the variable places of templates are compared: places that share their words hold ids of one kind.
A kind is kept when its ids are many, live shortly and hold a few lines each; kinds whose ids name one thing
(the cart, the order, the job) are joined. To group lines by shared parameter values is the idea of Lou et
al., *Mining Invariants from Console Logs* (USENIX ATC 2010); the tests that keep users, hosts, processes,
products and clocks out are ours.
"""

from collections import Counter
from collections.abc import Iterable

import numpy as np

from burl.parse import Catalogue
from burl.receive.batch import Batch, Ints
from burl.window.cluster import cluster
from burl.window.gaps import timeout_seconds
from burl.window.occurrences import Occurrences, collect
from burl.window.portion import Parameters
from burl.window.shapes import Shape, name_of, prefix_of, shape_after, shape_of
from burl.window.spec import SessionKind, SessionSpec, Slot
from burl.window.ties import Kind, gaps_ns, is_plain, is_session, joins_of, kind_of

MAX_LINES = 500_000
"""Lines that discovery looks at; a bound on its memory (about 100 bytes a line)."""


def discover_sessions(
    batches: Iterable[tuple[Batch, Ints]],
    catalogue: Catalogue,
    parameters: Parameters,
    max_lines: int = MAX_LINES,
) -> SessionSpec:
    """Find the kinds of session in normal training data, what they are called and which are joined.

    Args:
        batches: batches in order of event time, each with the template of each of its records.
        catalogue: the templates, as trained.
        parameters: a record's variable parts, in the order of its template's wildcards.
        max_lines: how many lines to look at.

    Returns:
        The kinds with most lines per id first: theirs is the canonical id. No kinds when nothing ties lines
        together. The time-out is three times the 99th percentile of the gaps within sessions.
    """
    table = collect(batches, catalogue, parameters, max_lines)
    kinds, refused = _kinds(table)
    joins = joins_of(table, kinds)
    names = _names(table, kinds)
    return SessionSpec(
        kinds=tuple(_session_kinds(table, kinds, names, catalogue, refused)),
        joins=tuple((names[left], names[right]) for left, right in joins),
        timeout_seconds=timeout_seconds(gaps_ns(table, kinds, joins)),
    )


def _kinds(table: Occurrences) -> tuple[list[Kind], set[str]]:
    """Return the kinds, most lines per id first, and the shapes of words that are no ids of sessions.

    Kinds become one when no id can be of two: their ids are random and look alike (the UUIDs of all jobs), or
    the same letters name them (`blk_`).
    """
    merged: dict[str | Shape | int, list[int]] = {}
    refused = set()
    for number, group in enumerate(cluster(table)):
        kind = kind_of(table, group)
        examples = _examples(table, kind)
        shape = shape_of(examples)
        if is_session(table, kind) and (_name(table, kind) or not is_plain(table, kind)):
            merged.setdefault(prefix_of(examples) or (shape if shape.unnamed else number), []).extend(group)
        else:
            refused.add(shape.pattern)
    kinds = [kind_of(table, places) for places in merged.values()]
    kinds.sort(key=lambda kind: (-kind.lines_per_id, kind.places))
    return kinds, refused


def _name(table: Occurrences, kind: Kind) -> str:
    before = [(table.before[place], int(table.seen[place])) for place in kind.places]
    return name_of(_examples(table, kind), before)


def _examples(table: Occurrences, kind: Kind) -> list[str]:
    return [table.words[word] for word in np.unique(kind.words).tolist()]


def _names(table: Occurrences, kinds: list[Kind]) -> list[str]:
    """Return a name for each kind, a number behind those that come again."""
    taken: Counter[str] = Counter()
    names = []
    for kind in kinds:
        name = _name(table, kind) or "id"
        taken[name] += 1
        names.append(name if taken[name] == 1 else f"{name}_{taken[name]}")
    return names


def _session_kinds(
    table: Occurrences, kinds: list[Kind], names: list[str], catalogue: Catalogue, refused: set[str]
) -> Iterable[SessionKind]:
    shapes = [shape_of(_examples(table, kind)).pattern for kind in kinds]
    for kind, name, shape in zip(kinds, names, shapes, strict=True):
        slots = []
        for place in sorted(kind.places):
            template, parameter, word = table.places[place]
            after, known = table.anchors[place], catalogue[template].id
            slots.append(Slot(template_id=known, parameter=parameter, word=word, after=after))
        is_telling = shape and shapes.count(shape) == 1 and shape not in refused
        yield SessionKind(
            name=name,
            slots=tuple(slots),
            shape=shape if is_telling else shape_after(_name(table, kind), _examples(table, kind)),
        )
