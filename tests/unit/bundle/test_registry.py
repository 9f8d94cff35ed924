import shutil
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from burl.bundle import load_bundle
from burl.bundle.bundle import bundle_version
from burl.bundle.registry import Registry
from burl.errors import BundleError

BUNDLE = Path(__file__).resolve().parents[3] / "examples" / "shop" / "bundle"


def another(folder: Path) -> Path:
    """Return a copy of the bundle that is a bundle of its own: one file less."""
    copied = folder / "another"
    shutil.copytree(BUNDLE, copied)
    manifest = orjson.loads((copied / "manifest.json").read_bytes())
    dropped = next(name for name in manifest["files"] if "rate" in name)
    del manifest["files"][dropped]
    (copied / dropped).unlink()
    manifest["version"] = bundle_version(manifest["files"])
    (copied / "manifest.json").write_bytes(orjson.dumps(manifest))
    return copied


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "registry")


def test_promotion_and_the_way_back(registry: Registry, tmp_path: Path) -> None:
    first = registry.add(BUNDLE).manifest.version
    second = registry.add(another(tmp_path)).manifest.version
    assert registry.add(BUNDLE).manifest.version == first
    assert sorted(registry.versions()) == sorted([first, second])
    registry.promote(first)
    registry.challenge(second)
    assert (registry.version("champion"), registry.version("challenger")) == (first, second)
    registry.promote()
    assert (registry.version("champion"), registry.version("challenger")) == (second, "")
    given_up, bundle = registry.rollback()
    assert (given_up, bundle.manifest.version, registry.version("champion")) == (second, first, first)
    with pytest.raises(BundleError, match="no champion before"):
        registry.rollback()


def test_what_is_not_there(registry: Registry) -> None:
    assert registry.version("champion") == ""
    for name in ("champion", "0123456789ab"):
        with pytest.raises(BundleError):
            registry.open(name)
    with pytest.raises(BundleError):
        registry.promote()


def _changed_byte(path: Path) -> None:
    model = next(path.rglob("*.onnx"))
    content = bytearray(model.read_bytes())
    content[len(content) // 2] ^= 1
    model.write_bytes(content)


def _pickle(path: Path) -> None:
    (path / "detectors" / "model.pkl").write_bytes(b"\x80\x04N.")


def _listed_pickle(path: Path) -> None:
    _pickle(path)
    manifest = orjson.loads((path / "manifest.json").read_bytes())
    manifest["files"]["detectors/model.pkl"] = "0" * 64
    (path / "manifest.json").write_bytes(orjson.dumps(manifest))


def _newer(path: Path) -> None:
    manifest = orjson.loads((path / "manifest.json").read_bytes())
    (path / "manifest.json").write_bytes(orjson.dumps(manifest | {"format_version": 99}))


def _missing(path: Path) -> None:
    (path / "templates.json").unlink()


def _link(path: Path) -> None:
    (path / "templates.json").rename(path.parent / "elsewhere.json")
    (path / "templates.json").symlink_to(path.parent / "elsewhere.json")


DAMAGES = [_changed_byte, _pickle, _listed_pickle, _newer, _missing, _link]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_bad_bundle_comes_in_by_no_way(
    damage: Callable[[Path], None], registry: Registry, tmp_path: Path
) -> None:
    bad = tmp_path / "bad"
    shutil.copytree(BUNDLE, bad)
    damage(bad)
    with pytest.raises(BundleError):
        load_bundle(bad)
    with pytest.raises(BundleError):
        registry.add(bad)
    assert registry.versions() == []
    inside = tmp_path / "registry" / "bundles" / registry.add(BUNDLE).manifest.version
    registry.promote(inside.name)
    damage(inside)
    for way in (lambda: registry.open("champion"), lambda: registry.challenge(inside.name), registry.promote):
        with pytest.raises(BundleError):
            way()
