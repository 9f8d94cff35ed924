"""Files of arrays: what is damaged, lies or is a bomb is refused, and nothing else is raised."""

import io
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from burl.detect import arrays as module
from burl.detect.arrays import read_arrays
from burl.errors import BundleError


def _npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


_CONTENT = _npz(weights=np.arange(60, dtype=np.float32).reshape(6, 10), bias=np.ones(3))


def test_what_was_saved_is_read(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    path.write_bytes(_CONTENT)
    assert read_arrays(path)["weights"].sum() == np.arange(60).sum()
    assert list(read_arrays(path, "bias")) == ["bias"]


@given(st.integers(0, len(_CONTENT) - 1), st.integers(1, 255))
@settings(max_examples=500, deadline=None)
def test_a_damaged_file_is_refused_or_read(
    tmp_path_factory: pytest.TempPathFactory, place: int, change: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.npz"
    path.write_bytes(_CONTENT[:place] + bytes([_CONTENT[place] ^ change]) + _CONTENT[place + 1 :])
    with suppress(BundleError):
        read_arrays(path)


def test_a_header_that_claims_more_than_there_is_gets_no_memory(tmp_path: Path) -> None:
    header = io.BytesIO()
    claim = {"descr": "<f4", "fortran_order": False, "shape": (10**15,)}
    np.lib.format.write_array_header_1_0(header, claim)
    with zipfile.ZipFile(tmp_path / "liar.npz", "w") as archive:
        archive.writestr("weights.npy", header.getvalue())
    with pytest.raises(BundleError):
        read_arrays(tmp_path / "liar.npz")


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bomb.npz"
    path.write_bytes(_npz(weights=np.zeros(10**6)))
    assert read_arrays(path)["weights"].size == 10**6
    monkeypatch.setattr(module, "_MAX_BYTES", 10**6)
    with pytest.raises(BundleError, match="8000128 bytes"):
        read_arrays(path)


@pytest.mark.parametrize("content", [b"", b"no zip", _npz(words=np.array([{}], dtype=object))])
def test_what_holds_no_arrays_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.npz").write_bytes(content)
    with pytest.raises(BundleError):
        read_arrays(tmp_path / "model.npz")


def test_a_missing_array_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.npz").write_bytes(_CONTENT)
    with pytest.raises(BundleError, match="vectors"):
        read_arrays(tmp_path / "model.npz", "vectors")
