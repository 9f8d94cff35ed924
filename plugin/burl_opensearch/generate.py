"""Writes what is generated from `fields` and the dashboard builders: `python -m burl_opensearch.generate`.

A test calls `outdated` on the checkout, so that sources and shipped files cannot drift apart.
"""

import json
import re
import sys
from pathlib import Path

from burl_opensearch.dashboards.bundle import FILE, build_dashboards
from burl_opensearch.fields import DOCUMENTS
from burl_opensearch.package import build_integration
from burl_opensearch.schemas import build_schema, build_table

_TABLE = re.compile(r"<!-- table (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def outdated(root: Path) -> dict[Path, str]:
    """Return the files below the repository's `root` that are not as generated, with their new text."""
    wanted = _schemas(root) | _docs(root) | _dashboards(root) | _integration(root)
    return {
        path: text for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text
    }


def _schemas(root: Path) -> dict[Path, str]:
    folder = root / "plugin" / "burl_opensearch" / "schemas"
    return {
        folder / f"{name}.schema.json": json.dumps(build_schema(name), indent=2) + "\n" for name in DOCUMENTS
    }


def _dashboards(root: Path) -> dict[Path, str]:
    path = root / "plugin" / "burl_opensearch" / "dashboards" / FILE
    return {path: build_dashboards()}


def _integration(root: Path) -> dict[Path, str]:
    folder = root / "plugin" / "burl_opensearch" / "integration"
    return {folder / path: text for path, text in build_integration().items()}


def _docs(root: Path) -> dict[Path, str]:
    path = root / "docs" / "annotation.md"
    return {path: _TABLE.sub(_filled, path.read_text("utf-8"))}


def _filled(match: re.Match[str]) -> str:
    name = match[1]
    return f"<!-- table {name} -->\n{build_table(name)}\n<!-- end -->"


def main() -> None:
    """Rewrite every outdated file."""
    for path, text in outdated(Path(__file__).resolve().parents[2]).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        sys.stdout.write(f"{path.name}\n")


if __name__ == "__main__":
    main()
