"""Drain over masked lines (He et al., ICWS 2017; drain3's), one tree for each set of protected tokens."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from drain3.drain import Drain, LogCluster

from burl.parse.lines import Line, Signature, generalise, key_of
from burl.parse.masks import WILDCARD
from burl.parse.settings import ParseSettings

_ROUNDING = 1e-9
Constants = tuple[tuple[int, str, bool], ...]
"""Position and text of the constant tokens of a template; False where the text holds a wildcard itself."""


class _Cluster(LogCluster):
    """A cluster that knows which of its tokens are constant: a line is compared with many clusters."""

    __slots__ = ("all", "guest", "log_template_tokens", "message", "parameters")

    def __init__(self, tokens: Sequence[str], number: int, head: int, *, guest: bool) -> None:
        super().__init__(tokens, number)
        self.guest = guest
        self.use(tokens, head)

    def use(self, tokens: Sequence[str], head: int) -> None:
        """Take `tokens` for the template; its message begins after `head` of them."""
        self.log_template_tokens = tuple(tokens)
        self.parameters = self.log_template_tokens.count(WILDCARD)
        self.all: Constants = tuple(
            (position, token, WILDCARD not in token)
            for position, token in enumerate(tokens)
            if token != WILDCARD and not key_of(token)
        )
        self.message: Constants = tuple(constant for constant in self.all if constant[0] >= head)

    def similarity(self, tokens: Sequence[str], least: float) -> float:
        """Return the share of constant tokens that agree with a line's; 0 where it is below `least`."""
        for constants in (self.message, self.all):
            same = missed = 0
            most = len(constants) * (1 - least) + _ROUNDING
            for position, token, counts in constants:
                if tokens[position] == token:
                    same += counts
                else:
                    missed += 1
                    if missed > most:
                        return 0.0
            if constants:
                return same / (same + missed) if missed else 1.0
        return 1.0


class _Tree(Drain):
    """Drain whose similarity looks at constant tokens only.

    drain3 divides by all tokens, so that a line of few words among many numbers resembles not even itself;
    and it counts the head, so that short messages after a long head all look alike.
    """

    head = 0
    """How many tokens stand before the message."""

    def fast_match(
        self,
        cluster_ids: Sequence[int],
        tokens: Sequence[str],
        sim_th: float,
        _include_params: bool,
    ) -> _Cluster | None:
        """Return the cluster most like `tokens`; of equal ones the first of those with most wildcards."""
        best: _Cluster | None = None
        highest = (sim_th, -1)
        for number in cluster_ids:
            cluster: _Cluster | None = self.id_to_cluster.get(number)
            if cluster is not None:
                found = (cluster.similarity(tokens, sim_th), cluster.parameters)
                if found > highest:
                    best, highest = cluster, found
        return best

    def create_template(self, seq1: Sequence[str], seq2: Sequence[str]) -> list[str]:
        """Return the tokens that stand for both lines."""
        return [generalise(ours, theirs) for ours, theirs in zip(seq1, seq2, strict=True)]


class Miner:
    """Clusters masked lines; clusters are numbered from 0 in order of birth.

    Only the youngest `max_group_templates` of a group (same length, same protected tokens) take further
    lines: this bounds the cost of a line, however many templates there are. Guests are the first to go.
    """

    def __init__(self, settings: ParseSettings) -> None:
        """Start empty."""
        self._settings = settings
        self._trees: dict[Signature, _Tree] = {}
        self._births: list[Line] = []
        self._clusters: list[_Cluster] = []

    def __len__(self) -> int:
        """Return the number of clusters."""
        return len(self._clusters)

    def assign(self, line: Line, may_grow: Callable[[], bool], *, guest: bool = False) -> int:
        """Return the cluster of `line`, generalised to take it; else a new one if `may_grow()`, else -1.

        A new one is a `guest` when nobody knows its writer yet.
        """
        tree = self._trees.get(line.signature)
        cluster = tree and tree.tree_search(tree.root_node, line.free, tree.sim_th, include_params=False)
        if tree is None or cluster is None:
            return self._create(line, guest=guest) if may_grow() else -1
        cluster.use(tree.create_template(line.free, cluster.log_template_tokens), tree.head)
        return int(cluster.cluster_id)

    def template(self, number: int) -> str:
        """Return the text of a cluster as it stands now, `<*>` where its lines differ."""
        line, free = self._births[number], iter(self._clusters[number].log_template_tokens)
        return " ".join(
            token if fixed else next(free) for token, fixed in zip(line.tokens, line.protected, strict=True)
        )

    def state(self) -> list[tuple[str, str, bool]]:
        """Return what `restore` needs: the line each cluster was born of, its free tokens now, if a guest."""
        return [
            (line.text, " ".join(cluster.log_template_tokens), cluster.guest)
            for line, cluster in zip(self._births, self._clusters, strict=True)
        ]

    def restore(self, state: Iterable[Sequence[Any]], read: Callable[[str], Line]) -> None:
        """Fill an empty miner; births in their order rebuild the very same trees.

        States saved before there were guests have none.
        """
        for birth, tokens, *guest in state:
            line = read(birth)
            self._clusters[self._create(line, guest=bool(guest and guest[0]))].use(
                tokens.split(), self._trees[line.signature].head
            )

    def _create(self, line: Line, *, guest: bool) -> int:
        tree = self._trees.get(line.signature)
        if tree is None:
            tree = self._trees[line.signature] = self._tree()
            tree.head = line.head
        cluster = _Cluster(line.free, len(self._clusters), tree.head, guest=guest)
        tree.id_to_cluster[cluster.cluster_id] = cluster
        if len(tree.id_to_cluster) > self._settings.max_group_templates:
            # Drain drops the ids of clusters that are gone from its leaves.
            guests = (number for number, known in tree.id_to_cluster.items() if known.guest)
            del tree.id_to_cluster[next(guests, next(iter(tree.id_to_cluster)))]
        tree.add_seq_to_prefix_tree(tree.root_node, cluster)
        self._births.append(line)
        self._clusters.append(cluster)
        return len(self._clusters) - 1

    def _tree(self) -> _Tree:
        return _Tree(
            depth=self._settings.tree_depth,
            sim_th=self._settings.similarity,
            max_children=self._settings.max_children,
        )
