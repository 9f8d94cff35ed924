from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from burl.engine.journal import Journal, read_journal

ENTRIES = st.lists(
    st.tuples(st.sampled_from(["request", "advance"]), st.binary(max_size=300), st.integers(0, 9))
)


@given(ENTRIES, st.integers(0, 400))
def test_a_journal_cut_anywhere_gives_a_prefix_and_goes_on_from_there(
    entries: list[tuple[str, bytes, int]], cut: int
) -> None:
    with TemporaryDirectory() as directory:
        path = Path(directory) / "journal"
        journal = Journal(path)
        for entry in entries:
            journal.append(*entry)
        journal.close()
        data = path.read_bytes()
        path.write_bytes(data[: max(0, len(data) - cut)])
        kept = list(read_journal(path))
        assert kept == entries[: len(kept)]
        again = Journal(path)
        again.append("advance", b"", 1)
        again.close()
        assert list(read_journal(path)) == [*kept, ("advance", b"", 1)]


def test_a_damaged_entry_ends_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    for number in range(3):
        journal.append("request", number)
    journal.close()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    assert list(read_journal(path)) == [("request", 0)]


def test_no_journal_is_an_empty_journal(tmp_path: Path) -> None:
    assert list(read_journal(tmp_path / "none")) == []
