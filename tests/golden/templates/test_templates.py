"""Templates of our own logs, as users will meet their ids: changing them needs a line in the changelog.

Refresh with `BURL_UPDATE_GOLDEN=1 pytest tests/golden/templates`.
"""

import hashlib
import json
import os
from pathlib import Path

import pytest

from burl.parse import ParseSettings, train_templates

HERE = Path(__file__).parent
UPDATE = bool(os.environ.get("BURL_UPDATE_GOLDEN"))
CORPORA = sorted(path.stem for path in HERE.glob("*.txt"))


@pytest.mark.parametrize("corpus", CORPORA)
def test_templates_are_the_golden_ones(corpus: str) -> None:
    lines = (HERE / f"{corpus}.txt").read_text(encoding="utf-8").splitlines()
    frozen = train_templates(lines, ParseSettings())
    texts = sorted(frozen.templates.values())
    found = {
        "masking_version": frozen.masking_version,
        "count": len(texts),
        "sha256": hashlib.sha256("\n".join(sorted(frozen.templates)).encode()).hexdigest(),
        "templates": texts,
    }
    golden = HERE / f"{corpus}.json"
    if UPDATE:
        golden.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(golden.read_text(encoding="utf-8"))
