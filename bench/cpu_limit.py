"""Holds a running process to a share of one core: a cgroup where we may make one, else stops and goes on."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_V1 = Path("/sys/fs/cgroup/cpu")
_V2 = Path("/sys/fs/cgroup")
_PERIOD_SECONDS = 0.1
_PERIOD_US = 100_000


@contextmanager
def cpu_limit(pid: int, millicores: int) -> Iterator[str]:
    """Hold process `pid` to `millicores` while the context lasts; yields how that is done."""
    try:
        group = _make_group(pid, millicores)
    except OSError:
        with _duty_cycle(pid, millicores):
            yield "stopped nine tenths of the time"
        return
    try:
        yield "cgroup"
    finally:
        (group.parent / "cgroup.procs").write_text(str(pid))
        group.rmdir()


def _make_group(pid: int, millicores: int) -> Path:
    """Return a group that holds the process. Raises OSError where that is not allowed."""
    first = _V1 if _V1.is_dir() else _V2
    group = first / f"burl-bench-{pid}"
    group.mkdir()
    quota = _PERIOD_US * millicores // 1000
    try:
        if first is _V1:
            (group / "cpu.cfs_period_us").write_text(str(_PERIOD_US))
            (group / "cpu.cfs_quota_us").write_text(str(quota))
        else:
            (group / "cpu.max").write_text(f"{quota} {_PERIOD_US}")
        (group / "cgroup.procs").write_text(str(pid))
    except OSError:
        group.rmdir()
        raise
    return group


@contextmanager
def _duty_cycle(pid: int, millicores: int) -> Iterator[None]:
    ended = threading.Event()
    share = millicores / 1000

    def run() -> None:
        while not ended.is_set():
            os.kill(pid, signal.SIGCONT)
            ended.wait(_PERIOD_SECONDS * share)
            os.kill(pid, signal.SIGSTOP)
            ended.wait(_PERIOD_SECONDS * (1 - share))
        os.kill(pid, signal.SIGCONT)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
