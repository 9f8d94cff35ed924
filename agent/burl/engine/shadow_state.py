"""A challenger's state between two runs of the agent; best effort: without it, it begins anew."""

import logging
from contextlib import suppress
from pathlib import Path

from burl.engine.checkpoint import UnusableError, pack, read_state, write_state
from burl.engine.shadow_run import ShadowRun, State
from burl.errors import ConfigError

_LOG = logging.getLogger(__name__)


def save(path: Path, run: ShadowRun) -> None:
    """Write the state of a run that has ended. Raises nothing."""
    try:
        write_state(path, pack(run.state()))
    except Exception as error:  # the agent stops, and the challenger must not keep it from that
        _LOG.warning("the challenger's state is not saved, it will begin anew: %s", error)


def load(path: Path, challenger: str, champion: str) -> State | None:
    """Return the state of this challenger beside this champion, where it was saved; it is there only once.

    After a crash it would be out of date, and what came in between would be counted by nobody.
    """
    state = None
    with suppress(OSError, UnusableError, ConfigError):
        state = read_state(path)
    with suppress(OSError):
        path.unlink()
    same = state is not None and (state.get("challenger"), state.get("champion")) == (challenger, champion)
    return state if same else None
