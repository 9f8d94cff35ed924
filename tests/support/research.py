"""Where the research data lies, which is not shipped: tests that need it are left out, and say so."""

from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
"""Folder of labelled logs beside a developer's checkout; a user's clone has none."""

needs_research = pytest.mark.skipif(not DATA.is_dir(), reason="the research data is not shipped")
