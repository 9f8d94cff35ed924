"""The shop's bundle, and another one."""

import shutil
from pathlib import Path

import orjson

from burl.bundle.bundle import bundle_version

BUNDLE = Path(__file__).resolve().parents[2] / "examples" / "shop" / "bundle"


def another(folder: Path, number: int = 0) -> Path:
    """Return a copy of the bundle that is a bundle of its own: one file less, for each number another."""
    copied = folder / f"another-{number}"
    shutil.copytree(BUNDLE, copied)
    manifest = orjson.loads((copied / "manifest.json").read_bytes())
    dropped = sorted(name for name in manifest["files"] if name.startswith("detectors/"))[number]
    del manifest["files"][dropped]
    (copied / dropped).unlink()
    manifest["version"] = bundle_version(manifest["files"])
    (copied / "manifest.json").write_bytes(orjson.dumps(manifest))
    return copied
