import jsonschema
import orjson
import pytest

from burl.decide import Findings
from burl.write.documents import ORIGINAL_MAX_BYTES, documents, refused, to_json
from burl_opensearch.schemas import schema
from support.samples import annotation, dead_letter, incident


def test_annotations_come_before_incidents() -> None:
    findings = Findings([annotation(1), annotation(2)], [incident(1)], [dead_letter(1)])
    kinds = [document.kind for document in documents(findings, to_json)]
    assert kinds == ["annotation", "annotation", "dead_letter", "incident"]


@pytest.mark.parametrize("value", ["\ud800", 1 << 64, {1}, b"raw"])
def test_what_json_cannot_hold_becomes_a_valid_dead_letter(value: object) -> None:
    bad = annotation(1, reason=value)
    (document,) = documents(Findings(annotations=[bad]), to_json)
    assert document.kind == "dead_letter"
    letter = orjson.loads(document.body)
    jsonschema.validate(letter, schema("dead_letter"))
    assert letter["anomaly_id"] == bad.id
    assert letter["log.record.uid"] == bad.document["log.record.uid"]


def test_a_dead_letter_keeps_a_bounded_part_of_the_original() -> None:
    huge = annotation(1, context=["x" * 2 * ORIGINAL_MAX_BYTES])
    letter = refused(huge, "too_large", "413").document
    assert len(letter["original"]) == ORIGINAL_MAX_BYTES
    assert letter["original_bytes"] > 2 * ORIGINAL_MAX_BYTES


def test_a_document_refused_twice_is_one_dead_letter() -> None:
    assert refused(annotation(1), "a", "b").id == refused(annotation(1), "c", "d").id
    assert refused(annotation(1), "a", "b").id != refused(annotation(2), "a", "b").id


def test_a_time_before_1970_can_be_stored() -> None:
    old = annotation(1)
    old.time_ns = -5
    assert refused(old, "a", "b").document["@timestamp"] == "1970-01-01T00:00:00.000000000Z"
