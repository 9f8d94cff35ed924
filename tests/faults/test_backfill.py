"""`burl backfill` killed again and again: nothing twice, nothing missed, in bounded memory.

`make backfill` is the long form: BACKFILL_DOCUMENTS says how many documents there are, BACKFILL_KILLS how
often it is killed.
"""

import os
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from opensearchpy import OpenSearch

from burl.write.opensearch import connect
from burl.write.settings import OpenSearchSettings
from burl_opensearch.platform import install
from support.indexed import fill
from support.workload import SETTINGS

pytestmark = [pytest.mark.slow, pytest.mark.integration]

DOCUMENTS = int(os.environ.get("BACKFILL_DOCUMENTS", "40000"))
KILLS = int(os.environ.get("BACKFILL_KILLS", "2"))
BOUND_MIB = 400
_COMMAND = [sys.executable, "-c", "from burl.cli import main; main()", "backfill", "--since", "2000-01-01"]
_PATIENT = {"request_timeout_seconds": 120.0, "write_timeout_seconds": 120.0}
"""A server that is busy is not what this is about."""
_UNTIL = ["--until", "2100-01-01"]
_SLOWLY = ["--rate", str(max(DOCUMENTS // (4 * (KILLS + 1)), 1))]
"""A run that is to be killed must last until it saved its state, every two seconds, on any machine."""


@dataclass(slots=True)
class Backfill:
    """`burl backfill` of one index, as processes of their own, findings below one prefix."""

    client: OpenSearch
    url: str
    index: str
    prefix: str
    directory: Path

    def start(self, *more: str) -> subprocess.Popen[bytes]:
        """Start it, or continue, with `more` options."""
        config = self.directory / f"{self.prefix}.yaml"
        write = {"opensearch": {"prefix": self.prefix, **_PATIENT}}
        config.write_text(yaml.safe_dump(SETTINGS | {"write": write}))
        options = ["--index", self.index, "--url", self.url, "--state", str(self.state)]
        command = [*_COMMAND, *_UNTIL, *options, *more, "--config", str(config)]
        with (self.directory / f"{self.prefix}.log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log)

    @property
    def state(self) -> Path:
        """Where it remembers how far it came."""
        return self.directory / self.prefix

    def saved(self) -> set[Path]:
        """Return the checkpoints that are there."""
        return set(self.state.rglob("checkpoint-*"))

    def stored(self) -> int:
        """Return how many findings are stored."""
        self.client.indices.refresh(index=f"{self.prefix}_*")
        return int(self.client.count(index=f"{self.prefix}_anomalies-*")["count"])

    def kill_on_the_way(self) -> bool:
        """Run it until it stored something after a checkpoint, and kill it; False where it ended before."""
        before, pause = self.saved(), threading.Event()
        process = self.start(*_SLOWLY)
        while process.poll() is None and self.saved() <= before:
            pause.wait(0.05)
        stored = self.stored()
        while process.poll() is None and self.stored() == stored:
            pause.wait(0.05)
        process.kill()
        return process.wait() != 0


def test_a_backfill_that_is_killed_stores_everything_once(
    tmp_path: Path,
    opensearch_settings: OpenSearchSettings,
    prefix: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    client, (url,) = connect(opensearch_settings.model_copy(update=_PATIENT)), opensearch_settings.hosts
    index = f"{prefix}logs"
    fill(client, index, DOCUMENTS)
    straight, killed = (
        Backfill(client, url, index, f"{prefix}{name}", tmp_path) for name in ("straight", "killed")
    )
    for backfill in (straight, killed):
        install(client, url, backfill.prefix)
    usage = finished(straight)
    kills = sum(killed.kill_on_the_way() for _ in range(KILLS))
    finished(killed)
    wanted, found = (dict(documents(client, f"{b.prefix}_anomalies-*")) for b in (straight, killed))
    counted, recounted = (lines(client, b.prefix) for b in (straight, killed))
    figures = {
        "documents": DOCUMENTS,
        "documents_a_cpu_second": round(DOCUMENTS / usage.cpu_seconds),
        "peak_mib": usage.peak_mib,
        "kills": kills,
        "findings": len(wanted),
        "lost": len(wanted.keys() - found.keys()),
        "unexpected": len(found.keys() - wanted.keys()),
        "lines_counted": counted.total(),
        "lines_counted_twice_or_missed": (recounted - counted).total() + (counted - recounted).total(),
    }
    with capsys.disabled():
        sys.stdout.write(f"\nbackfill: {' '.join(f'{name}={value}' for name, value in figures.items())}\n")
    client.close()
    assert kills, "it ended before it could be killed: give more documents"
    assert {key: _but_for_rounding(document) for key, document in wanted.items()} == found
    assert counted == recounted
    assert usage.peak_mib < BOUND_MIB


_ROUNDED = ("anomaly_grade", "anomaly_score", "p_value", "probability")
"""A model's sums, in 32 bits, depend on how many units it judges at once: a continued run cuts elsewhere."""


def _but_for_rounding(document: dict[str, object]) -> dict[str, object]:
    near = {name: pytest.approx(document[name], rel=1e-3) for name in _ROUNDED if name in document}
    return document | near


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process took."""

    cpu_seconds: float
    peak_mib: int


def finished(backfill: Backfill) -> Usage:
    """Run it to its end; return what it used."""
    process, pause, peak_kib = backfill.start(), threading.Event(), 0
    pid = 0
    while not pid:
        peak_kib = max(peak_kib, _peak_kib(process.pid))
        pause.wait(0.05)
        pid, code, usage = os.wait4(process.pid, os.WNOHANG)
    process.returncode = code  # waited for behind its back
    assert code == 0, (backfill.directory / f"{backfill.prefix}.log").read_text()
    backfill.client.indices.refresh(index=f"{backfill.prefix}_*")
    return Usage(usage.ru_utime + usage.ru_stime, peak_kib >> 10)


def _peak_kib(pid: int) -> int:
    """Return the most memory that a process held; `ru_maxrss` also counts that of the tests, its parent."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) if found else 0


def documents(client: OpenSearch, pattern: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield index and `_id`, and the source, of every document."""
    body = {"size": 5_000, "sort": [{"@timestamp": "asc"}, {"_seq_no": "asc"}]}
    while hits := client.search(index=pattern, body=body)["hits"]["hits"]:
        for hit in hits:
            yield f"{hit['_index'].partition('-')[2]}/{hit['_id']}", hit["_source"]
        body["search_after"] = hits[-1]["sort"]


def lines(client: OpenSearch, prefix: str) -> Counter[str]:
    """Return how many lines of each template were counted in all."""
    counted: Counter[str] = Counter()
    for _, count in documents(client, f"{prefix}_template_counts-*"):
        counted[str(count["log.template.id"])] += int(str(count["count"]))
    return counted
