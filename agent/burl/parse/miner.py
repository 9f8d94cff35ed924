"""Drain over masked lines (He et al., ICWS 2017; drain3's), one tree for each set of protected tokens."""

from collections.abc import Callable, Iterable, Sequence

from drain3.drain import Drain, LogCluster

from burl.parse.lines import Line, Signature, generalise, key_of
from burl.parse.masks import WILDCARD
from burl.parse.settings import ParseSettings


class _Tree(Drain):  # type: ignore[misc] # drain3 ships no types
    """Drain whose similarity looks at constant tokens only.

    drain3 divides by all tokens, so that a line of few words among many numbers resembles not even itself;
    and it counts the head, so that short messages after a long head all look alike.
    """

    head = 0
    """How many tokens stand before the message."""

    def get_seq_distance(
        self,
        seq1: Sequence[str],
        seq2: Sequence[str],
        include_params: bool,  # noqa: ARG002 - drain3's signature
    ) -> tuple[float, int]:
        """Return the share of constant tokens that agree, and the number of the template's wildcards."""
        same, constant = _agreeing(seq1[self.head :], seq2[self.head :])
        if not constant:
            same, constant = _agreeing(seq1, seq2)
        return (same / constant if constant else 1.0), seq1.count(WILDCARD)

    def create_template(self, seq1: Sequence[str], seq2: Sequence[str]) -> list[str]:
        """Return the tokens that stand for both lines."""
        return [generalise(ours, theirs) for ours, theirs in zip(seq1, seq2, strict=True)]


def _agreeing(ours: Sequence[str], theirs: Sequence[str]) -> tuple[int, int]:
    """Return how many constant words agree, and how many there are."""
    same = constant = 0
    for one, other in zip(ours, theirs, strict=True):
        if one != other:
            constant += one != WILDCARD and not key_of(one)
        elif WILDCARD not in one and not key_of(one):
            same += 1
            constant += 1
    return same, constant


class Miner:
    """Clusters masked lines; clusters are numbered from 0 in order of birth.

    Only the youngest `max_group_templates` of a group (same length, same protected tokens) take further
    lines: this bounds the cost of a line, however many templates there are.
    """

    def __init__(self, settings: ParseSettings) -> None:
        """Start empty."""
        self._settings = settings
        self._trees: dict[Signature, _Tree] = {}
        self._births: list[Line] = []
        self._clusters: list[LogCluster] = []

    def __len__(self) -> int:
        """Return the number of clusters."""
        return len(self._clusters)

    def assign(self, line: Line, may_grow: Callable[[], bool]) -> int:
        """Return the cluster of `line`, generalised to take it; else a new one if `may_grow()`, else -1."""
        tree = self._trees.get(line.signature)
        cluster = tree and tree.tree_search(tree.root_node, line.free, tree.sim_th, include_params=False)
        if tree is None or cluster is None:
            return self._create(line) if may_grow() else -1
        cluster.log_template_tokens = tuple(tree.create_template(line.free, cluster.log_template_tokens))
        return int(cluster.cluster_id)

    def template(self, number: int) -> str:
        """Return the text of a cluster as it stands now, `<*>` where its lines differ."""
        line, free = self._births[number], iter(self._clusters[number].log_template_tokens)
        return " ".join(
            token if fixed else next(free) for token, fixed in zip(line.tokens, line.protected, strict=True)
        )

    def state(self) -> list[list[str]]:
        """Return what `restore` needs: the line each cluster was born of, and its free tokens now."""
        return [
            [line.text, " ".join(cluster.log_template_tokens)]
            for line, cluster in zip(self._births, self._clusters, strict=True)
        ]

    def restore(self, state: Iterable[Sequence[str]], read: Callable[[str], Line]) -> None:
        """Fill an empty miner; births in their order rebuild the very same trees."""
        for birth, tokens in state:
            self._clusters[self._create(read(birth))].log_template_tokens = tuple(tokens.split())

    def _create(self, line: Line) -> int:
        tree = self._trees.get(line.signature)
        if tree is None:
            tree = self._trees[line.signature] = self._tree()
            tree.head = line.head
        cluster = LogCluster(line.free, len(self._clusters))
        tree.id_to_cluster[cluster.cluster_id] = cluster
        if len(tree.id_to_cluster) > self._settings.max_group_templates:
            # Drain drops the ids of clusters that are gone from its leaves.
            del tree.id_to_cluster[next(iter(tree.id_to_cluster))]
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
