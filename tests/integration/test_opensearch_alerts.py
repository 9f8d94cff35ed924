"""What the monitor tells of an incident: its query, its script and its messages run in a real OpenSearch.

The Alerting plugin itself is in no package registry. What it was seen to do with a monitor (2.19.4) is done
here by hand.
"""

import json
import re
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
from burl_opensearch.messages import INCIDENT_ID, message
from burl_opensearch.monitors import build_monitor
from burl_opensearch.settings import AlertForm, AlertSettings
from support.retries import SEEDED
from support.samples import incident

pytestmark = pytest.mark.integration

NOW_NS = 1_800_000_000_000_000_000
HOSTILE = 'a line of a kind never seen before: "<!channel>" \\ 100 %\n\tat x'
LINK = incident_link("https://d.example", "burl", INCIDENT_ID)
FORMS: tuple[AlertForm, ...] = ("slack", "mail", "webhook")


@pytest.fixture
def stored(installed: OpenSearchSettings) -> OpenSearchSettings:
    said = {"summary": HOSTILE, "services": ["cart", "pay"]}
    recent: dict[str, Any] = {"data_end_time": rfc3339(NOW_NS), **said}
    store = make_store(WriteSettings(store="opensearch", opensearch=installed), SystemClock(), SEEDED, {})
    store.write(
        Findings(
            incidents=[incident(1, **recent), incident(2), incident(3, **recent | {"anomaly_grade": 0.1})]
        )
    )
    store.close()
    return installed


def _told(client: OpenSearch, prefix: str, form: AlertForm) -> tuple[str, str]:
    """Return subject and message for the only new incident, as Alerting makes them."""
    given = {"form": form, "url": "https://hooks.slack.com/services/x"}
    settings = AlertSettings.model_validate(given | {"mail_account": "smtp", "mail_to": ["ops@example.org"]})
    monitor = build_monitor(IndexNames(prefix), settings, "channel", LINK)
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


def _check(text: str) -> None:
    what, where, since, *why = text.split("\n", maxsplit=3)
    assert what == "What: new_template (findings: 1, grade: 0.5 of 1)"
    assert (where, *why) == ("Where: cart pay", f"Why: {HOSTILE}\n")
    assert re.fullmatch(r"Since: 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC", since)


def _leads_to_the_incident(address: str) -> None:
    assert address.startswith("https://d.example/app/dashboards#/view/burl-incident?")
    assert unquote(address).count('incident_id:"i1"') == 1


def test_a_mail_says_what_where_since_when_why_and_where_to_look(
    client: OpenSearch, stored: OpenSearchSettings
) -> None:
    subject, text = _told(client, stored.prefix, "mail")
    assert subject == "Burl: abnormal logs of cart pay"
    told, _, address = text.partition("Look: ")
    _check(told)
    _leads_to_the_incident(address.rstrip("\n"))


def test_a_webhook_gets_json_whatever_the_lines_hold(client: OpenSearch, stored: OpenSearchSettings) -> None:
    _, text = _told(client, stored.prefix, "webhook")
    ((key, told),) = json.loads(text).items()
    assert key == "text"
    _check(told.removeprefix("Burl: abnormal logs\n").partition("Look: ")[0])


def test_slack_is_told_in_plain_text_whatever_the_lines_hold(
    client: OpenSearch, stored: OpenSearchSettings
) -> None:
    _, text = _told(client, stored.prefix, "slack")
    section, look = json.loads(text)["blocks"]
    assert section["text"]["type"] == "plain_text"
    _check(section["text"]["text"])
    _leads_to_the_incident(look["elements"][0]["url"])


@pytest.mark.parametrize("form", FORMS)
def test_without_the_document_the_id_and_where_to_look_are_told(client: OpenSearch, form: AlertForm) -> None:
    alert = {"bucket_keys": "i1", "sample_documents": []}
    made = _rendered(client, message(form, LINK), {"ctx": {"newAlerts": [alert]}})
    assert " i1" in made
    assert "%22i1%22" in made
    assert "{{" not in made


def test_many_incidents_at_once_are_told_one_below_the_other(client: OpenSearch) -> None:
    """Alerting tells them together where there are more than it sends one by one."""
    documents = [{"_source": incident(number).document} for number in (1, 2)]
    alerts = [{"bucket_keys": "i", "sample_documents": [document]} for document in documents]
    made = _rendered(client, message("mail", LINK), {"ctx": {"newAlerts": alerts}})
    heads = [line.partition(":")[0] for line in made.split("\n")]
    assert heads == ["What", "Where", "Since", "Why", "Look"] * 2 + [""]
