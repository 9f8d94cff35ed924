"""What is generated is up to date, and says what it must."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from burl.write.names import IndexNames
from burl_opensearch.generate import outdated
from burl_opensearch.package import build_integration
from burl_opensearch.schemas import schema
from burl_opensearch.templates import build_templates
from support.samples import annotation, dead_letter, incident, template, template_count

ROOT = Path(__file__).resolve().parents[3]
SAMPLES: dict[str, dict[str, Any]] = {
    "annotation": annotation(1).document,
    "incident": incident(1).document,
    "dead_letter": dead_letter(1).document,
    "template": template(1),
    "template_count": template_count(1),
}


def test_generated_files_are_up_to_date() -> None:
    assert not outdated(ROOT), "run: python -m burl_opensearch.generate"


@pytest.mark.parametrize("name", SAMPLES)
def test_a_schema_takes_a_sound_document_and_no_other(name: str) -> None:
    document = SAMPLES[name]
    jsonschema.Draft202012Validator.check_schema(schema(name))
    jsonschema.validate(document, schema(name))
    for broken in ({"@timestamp": "2025-11-22"}, {"unheard_of": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document | broken, schema(name))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({key: document[key] for key in document if key != "@timestamp"}, schema(name))


def test_the_integration_is_whole() -> None:
    files = build_integration()
    manifest = json.loads(files["burl-1.0.0.json"])
    assert manifest["name"] == "burl"
    for component in manifest["components"]:
        mapping = json.loads(files[f"schemas/{component['name']}-{component['version']}.mapping.json"])
        assert mapping["mappings"]["dynamic"] is False
    for asset in manifest["assets"]:
        assert f"assets/{asset['name']}-{asset['version']}.{asset['extension']}" in files
    assert f"static/{manifest['statics']['logo']['path']}" in files
    for sample in json.loads(files[f"data/{manifest['sampleData']['path']}"]):
        jsonschema.validate(sample, schema("annotation"))


def test_further_resource_attributes_may_be_on_an_annotation() -> None:
    document = annotation(1).document | {"cloud.region": "eu", "k8s.statefulset.name": "cart"}
    jsonschema.validate(document, schema("annotation"))


def test_templates_map_nothing_dynamically_and_nothing_nested() -> None:
    for name, body in build_templates(IndexNames("mine")).indices.items():
        assert name.startswith("mine_")
        assert body["index_patterns"][0].startswith("mine_")
        assert body["template"]["mappings"]["dynamic"] is False
        assert "nested" not in str(body["template"])
        assert body["_meta"]["product"] == "burl"
