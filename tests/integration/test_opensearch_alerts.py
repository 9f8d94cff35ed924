"""What the monitor tells of an incident: its query, its script and its messages run in a real OpenSearch.

The Alerting plugin itself is in no package registry. What it does with a monitor is done here by hand.
"""

import json
from typing import Any
from urllib.parse import unquote

import pytest
from opensearchpy import OpenSearch

from burl.clock import SystemClock
from burl.decide import Findings
from burl.decide.times import rfc3339
from burl.write import WriteSettings, make_store
from burl.write.names import IndexNames
from burl.write.settings import OpenSearchSettings
from burl_opensearch.dashboards.patterns import incident_link
from burl_opensearch.monitors import build_monitor, message
from burl_opensearch.settings import AlertSettings
from support.retries import SEEDED
from support.samples import incident

pytestmark = pytest.mark.integration

NOW_NS = 1_800_000_000_000_000_000
HOSTILE = 'a line of a kind never seen before: "<script>" \\ 100 %\n\tat x'


@pytest.fixture
def stored(installed: OpenSearchSettings) -> OpenSearchSettings:
    said = {"reason": HOSTILE, "services": ["cart", "pay"]}
    recent: dict[str, Any] = {"data_end_time": rfc3339(NOW_NS), **said}
    store = make_store(WriteSettings(store="opensearch", opensearch=installed), SystemClock(), SEEDED, {})
    store.write(
        Findings(
            incidents=[incident(1, **recent), incident(2), incident(3, **recent | {"anomaly_grade": 0.1})]
        )
    )
    store.close()
    return installed


def _told(client: OpenSearch, prefix: str, form: str) -> tuple[str, str]:
    """Return subject and message for the only new incident, as Alerting makes them."""
    given = {"form": form, "url": "https://hooks.slack.com/services/x"}
    settings = AlertSettings.model_validate(given | {"mail_account": "smtp", "mail_to": ["ops@example.org"]})
    link = incident_link("https://d.example", "burl")
    monitor = build_monitor(IndexNames(prefix), settings, "channel", link)
    (trigger,) = (each["bucket_level_trigger"] for each in monitor["triggers"])
    (found,) = _buckets(client, monitor, trigger)
    documents = found["top_hits"]["hits"]["hits"]
    alert = {"bucket_keys": ",".join(found["key"].values()), "sample_documents": documents}
    (action,) = trigger["actions"]
    templates = (action["subject_template"]["source"], action["message_template"]["source"])
    subject, text = (_rendered(client, each, {"ctx": {"newAlerts": [alert]}}) for each in templates)
    return subject, text


def _buckets(client: OpenSearch, monitor: dict[str, Any], trigger: dict[str, Any]) -> list[dict[str, Any]]:
    (given,) = (each["search"] for each in monitor["inputs"])
    query = json.loads(_rendered(client, json.dumps(given["query"]), {"period_end": NOW_NS // 1_000_000}))
    condition = trigger["condition"]
    selector = {name: condition[name] for name in ("buckets_path", "script")}
    # Both names are Alerting's; it knows no other.
    query["aggregations"]["composite_agg"]["aggs"] = {
        "top_hits": {"top_hits": {"size": 5}},
        "chosen": {"bucket_selector": selector},
    }
    client.indices.refresh(index=",".join(given["indices"]))
    answer = client.search(index=given["indices"], body=query)
    buckets: list[dict[str, Any]] = answer["aggregations"][condition["parent_bucket_path"]]["buckets"]
    return buckets


def _rendered(client: OpenSearch, template: str, params: dict[str, Any]) -> str:
    """Return what Mustache makes of a template: pipelines use the same engine as Alerting, the same way."""
    pipeline = {"processors": [{"set": {"field": "made", "value": template}}]}
    body = {"pipeline": pipeline, "docs": [{"_source": params}]}
    (answer,) = client.ingest.simulate(body=body)["docs"]
    made: str = answer["doc"]["_source"]["made"]
    return made


@pytest.mark.parametrize("form", ["slack", "mail"])
def test_people_are_told_what_where_since_when_how_bad_and_where_to_look(
    client: OpenSearch, stored: OpenSearchSettings, form: str
) -> None:
    subject, text = _told(client, stored.prefix, form)
    assert subject == "Burl: abnormal logs of cart pay"
    what = f"What: {HOSTILE}\n"
    assert text.startswith(what)
    where, since, grade, look = text.removeprefix(what).split("\n")
    assert (where, grade) == ("Where: cart pay", "Grade: 0.5 of 1, findings: 1")
    assert since == f"Since: {incident(1).document['@timestamp']}"
    assert "https://d.example/app/dashboards#/view/burl-incident?" in look
    assert unquote(look).count('incident_id:"i1"') == 1


def test_a_webhook_gets_json_whatever_the_lines_hold(client: OpenSearch, stored: OpenSearchSettings) -> None:
    _, text = _told(client, stored.prefix, "webhook")
    (told,) = json.loads(text).items()
    assert told[0] == "text"
    assert told[1].startswith(f"Burl: abnormal logs\nWhat: {HOSTILE}\nWhere: cart pay\n")


def test_without_the_document_the_id_is_told(client: OpenSearch) -> None:
    alert = {"bucket_keys": "i1", "sample_documents": []}
    for form in ("slack", "mail", "webhook"):
        made = _rendered(client, message(form, "https://d.example"), {"ctx": {"newAlerts": [alert]}})
        assert "i1" in made
        assert "{{" not in made
