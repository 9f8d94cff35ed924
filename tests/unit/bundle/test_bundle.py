import json
import pickle
from pathlib import Path

import pytest

from burl.bundle import load_bundle
from burl.bundle.bundle import MANIFEST, bundle_version, file_digests, new_bundle
from burl.bundle.manifest import Manifest, TrainingFacts
from burl.errors import BundleError


def write_bundle(target: Path) -> Path:
    with new_bundle(target) as staging:
        (staging / "templates.json").write_text("{}")
        (staging / "detectors").mkdir()
        (staging / "detectors" / "model.json").write_text("[1]")
        files = file_digests(staging)
        facts = TrainingFacts(
            burl_version="1", seed=0, created="2026-01-01T00:00:00Z", inputs=["x"], lines=1, templates=1,
            sessions=0, services=[], start="", end="", holdout="",
        )  # fmt: skip
        manifest = Manifest(
            version=bundle_version(files), template_set_version="t", masking_version="m", window={},
            detectors=[], training=facts, files=files,
        )  # fmt: skip
        (staging / MANIFEST).write_text(manifest.model_dump_json())
    return target


def test_a_bundle_loads_and_its_files_are_private(tmp_path: Path) -> None:
    bundle = load_bundle(write_bundle(tmp_path / "bundle"))
    assert bundle.json("detectors/model.json") == [1]
    assert {path.stat().st_mode & 0o777 for path in bundle.directory.rglob("*.json")} == {0o600}


def changed_byte(bundle: Path) -> None:
    (bundle / "detectors" / "model.json").write_text("[2]")


def missing_file(bundle: Path) -> None:
    (bundle / "templates.json").unlink()


def pickle_inside(bundle: Path) -> None:
    (bundle / "detectors" / "model.pkl").write_bytes(pickle.dumps([1]))


def listed_pickle(bundle: Path) -> None:
    pickle_inside(bundle)
    files = file_digests(bundle)
    del files[MANIFEST]
    _edit(bundle, files=files, version=bundle_version(files))


def newer_format(bundle: Path) -> None:
    _edit(bundle, format_version=99)


def no_manifest(bundle: Path) -> None:
    (bundle / MANIFEST).unlink()


def garbage_manifest(bundle: Path) -> None:
    (bundle / MANIFEST).write_bytes(b"\x00{")


def other_version(bundle: Path) -> None:
    _edit(bundle, version="0" * 12)


def path_outside(bundle: Path) -> None:
    _edit(bundle, files={"../secret.json": "0"})


def _edit(bundle: Path, **changes: object) -> None:
    manifest = json.loads((bundle / MANIFEST).read_text())
    (bundle / MANIFEST).write_text(json.dumps(manifest | changes))


@pytest.mark.parametrize(
    "damage",
    [
        changed_byte,
        missing_file,
        pickle_inside,
        listed_pickle,
        newer_format,
        no_manifest,
        garbage_manifest,
        other_version,
        path_outside,
    ],
    ids=lambda damage: damage.__name__,
)
def test_a_damaged_bundle_is_refused_in_one_line(tmp_path: Path, damage: object) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    assert callable(damage)
    damage(bundle)
    with pytest.raises(BundleError) as caught:
        load_bundle(bundle)
    assert len(str(caught.value).splitlines()) == 1


def interrupted(bundle: Path) -> None:
    with new_bundle(bundle) as staging:
        (staging / "half.json").write_text("{")
        raise KeyboardInterrupt


def test_a_failed_training_leaves_the_old_bundle_and_no_rubbish(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle")
    version = load_bundle(bundle).manifest.version
    with pytest.raises(KeyboardInterrupt):
        interrupted(bundle)
    assert load_bundle(bundle).manifest.version == version
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_what_is_no_bundle_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    with pytest.raises(BundleError, match="is no bundle"), new_bundle(tmp_path):
        pass
    assert (tmp_path / "precious.txt").read_text() == "mine"
