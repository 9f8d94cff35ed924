import shutil
from pathlib import Path

import pytest

from burl.bundle.directory import DirectoryRegistry
from burl.errors import BundleError
from support.bundles import BUNDLE


def test_a_link_is_no_file_of_a_bundle(tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    shutil.copytree(BUNDLE, bad)
    (bad / "templates.json").rename(tmp_path / "elsewhere.json")
    (bad / "templates.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(BundleError, match="link"):
        DirectoryRegistry(tmp_path / "registry").add(bad)


def test_a_file_that_is_not_listed_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    shutil.copytree(BUNDLE, bad)
    (bad / "detectors" / "model.pkl").write_bytes(b"\x80\x04N.")
    with pytest.raises(BundleError, match="not in its manifest"):
        DirectoryRegistry(tmp_path / "registry").add(bad)


def test_aliases_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "aliases.json").write_text("[1")
    with pytest.raises(BundleError, match="cannot be read"):
        DirectoryRegistry(tmp_path).version("champion")
