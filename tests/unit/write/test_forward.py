import pytest

from burl.decide import Findings
from burl.errors import Retryable
from burl.write.forward import CHUNK_DOCUMENTS, ForwardSink
from burl.write.settings import ForwardSettings
from support import forward_receiver
from support.retries import seeded_retry
from support.samples import annotation, incident


def _sink(port: int, timeout_seconds: float = 0.0) -> ForwardSink:
    retry = seeded_retry(timeout_seconds)
    return ForwardSink(ForwardSettings(port=port, tag="burl"), retry)


def test_records_carry_tag_time_and_fields() -> None:
    with forward_receiver.running() as receiver:
        sink = _sink(receiver.port)
        sink.write(Findings([annotation(1)], [incident(1)]))
        (tag, time, record) = receiver.entries[annotation(1).id]
        assert (tag, record) == ("burl.annotation", annotation(1).document)
        assert int.from_bytes(time.data[:4]) * 10**9 + int.from_bytes(time.data[4:]) == annotation(1).time_ns
        assert receiver.records("incident") == [incident(1).document]
        sink.close()


def test_many_records_go_in_chunks() -> None:
    with forward_receiver.running() as receiver:
        sink = _sink(receiver.port)
        sink.write(Findings(annotations=[annotation(n) for n in range(2 * CHUNK_DOCUMENTS + 1)]))
        assert len(receiver.entries) == 2 * CHUNK_DOCUMENTS + 1
        assert receiver.chunks == 3
        sink.close()


def test_an_absent_receiver_can_be_tried_again() -> None:
    with forward_receiver.running() as receiver:
        port = receiver.port
    sink = _sink(port)
    with pytest.raises(Retryable, match=f"127.0.0.1:{port}"):
        sink.write(Findings(annotations=[annotation(1)]))
    sink.close()
