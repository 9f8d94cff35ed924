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


def test_a_table_of_classes_and_events_is_one_trace_or_several(tmp_path: Path) -> None:
    path = tmp_path / "clean-01.csv"
    path.write_text("time,Class,Event\n1,THREAD,THRUNNING\n2,COMM,SND PULSE\n")
    assert read_sequences(path) == [
        EventSequence("", "clean-01", 0, "", ("THREAD THRUNNING", "COMM SND_PULSE"))
    ]
    path.write_text("trace,class,event,label,split\na,X,1,0,train\nb,X,2,1,test\na,Y,1,0,train\n")
    assert read_sequences(path) == [
        EventSequence("train", "a", 0, "", ("X 1", "Y 1")),
        EventSequence("test", "b", 1, "", ("X 2",)),
    ]


def test_a_babeltrace_text_is_one_trace(tmp_path: Path) -> None:
    path = tmp_path / "kernel.txt"
    path.write_text(
        "[11:24:42.440386837] (+?.?????????) web-1 syscall_entry_read: { cpu_id = 1 }, { fd = 3 }\n"
        "[warning] Tracer discarded 13 events\n"
        '[11:24:42.440387000] (+0.000000163) web-1 sched_switch: { cpu_id = 1 }, { prev_comm = "a: {" }\n'
        "[11:24:42.440388000] my_app:my_event: { cpu_id = 1 }, { }\n"
    )
    events = ("syscall entry_read", "sched switch", "my_app my_event")
    assert read_sequences(path) == [EventSequence("", "kernel", 0, "", events)]


@pytest.mark.parametrize("rows", ["X,\n", ",1\n", "X\n"])
def test_an_event_without_class_or_name_is_one_line(tmp_path: Path, rows: str) -> None:
    path = tmp_path / "events.csv"
    path.write_text(f"class,event\n{rows}")
    with pytest.raises(InputError, match=r"events\.csv: line 2: its class or event is empty"):
        read_sequences(path)
