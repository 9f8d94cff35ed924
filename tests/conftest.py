"""What all tests share: no settings from outside, and property tests that a slow machine cannot fail."""

import logging
import os
import signal

import pytest
from hypothesis import settings

# A deadline would make a busy machine fail a test; a fixed seed makes every run the same.
settings.register_profile("burl", deadline=None, derandomize=True)
settings.load_profile("burl")

# Each request as a curl command would bury what a failed test says.
logging.getLogger("opensearchpy.trace").disabled = True

pytest_plugins = ["support.opensearch_fixture"]


@pytest.fixture(autouse=True, scope="session")
def _interrupts_reach_processes() -> None:
    """A shell's background jobs ignore SIGINT, and all that they start would, too."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away `BURL_...` variables of the shell that runs the tests."""
    for name in [name for name in os.environ if name.upper().startswith("BURL_")]:
        monkeypatch.delenv(name)
