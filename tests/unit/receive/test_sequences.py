"""Ready-made sequences of events."""

import gzip
from pathlib import Path

import pytest

from burl.errors import InputError
from burl.receive.sequences import EventSequence, read_sequences

HEAD = b"split,id,label,kind,events\n"


@pytest.mark.parametrize("packed", [True, False])
def test_rows_come_in_order(tmp_path: Path, *, packed: bool) -> None:
    content = HEAD + b"train,a,0,,5 5 22\ntest,b,1,attack,7\ntest,c,0,,\n"
    path = tmp_path / "sequences.csv"
    path.write_bytes(gzip.compress(content) if packed else content)
    assert read_sequences(path) == [
        EventSequence("train", "a", 0, "", ("5", "5", "22")),
        EventSequence("test", "b", 1, "attack", ("7",)),
        EventSequence("test", "c", 0, "", ()),
    ]


@pytest.mark.parametrize(
    "content",
    [b"", b"a,b\n", HEAD + b"train,a,zero,,1\n", HEAD + b"train,a\n", HEAD + b"train,a,0,,1,surplus\n"],
)
def test_another_form_is_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sequences.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"sequences\.csv: (the first line|line 2)") as caught:
        read_sequences(path)
    assert "\n" not in str(caught.value)
