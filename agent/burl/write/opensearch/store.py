"""The Store in OpenSearch: indices named by event time, deterministic ids, versions decide."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import AuthorizationException, ConflictError, NotFoundError

from burl.decide import Findings
from burl.decide.annotation import SCHEMA_VERSION
from burl.decide.times import from_rfc3339, rfc3339
from burl.errors import ConfigError, Permanent, Retryable
from burl.write.backoff import Retry
from burl.write.documents import Document, documents, platform_documents, refused, to_json
from burl.write.health import Health
from burl.write.names import IndexNames
from burl.write.opensearch.bulk import BulkWriter, Refusal
from burl.write.opensearch.client import translated
from burl.write.opensearch.logs import LogWriter
from burl.write.opensearch.search import PAGE, hits
from burl.write.opensearch.shadow import put_shadow
from burl.write.settings import OpenSearchSettings

_SUPPRESSIONS = "in_force"
"""`_id` of the one document that holds all suppressions: they change together, under one version."""


class OpenSearchStore:
    """A Store that many agents share."""

    name = "opensearch"

    def __init__(self, client: OpenSearch, settings: OpenSearchSettings, retry: Retry) -> None:
        """Args: `retry` bounds each write; `client` is closed with the store."""
        self._client = client
        self._url = settings.hosts[0]
        self._names = IndexNames(settings.prefix, settings.dataset, settings.namespace)
        self._retry = retry
        self._bulk = BulkWriter(client, self._names, retry, settings.bulk_max_bytes)
        self._logs = LogWriter(client, self._names, self._bulk, retry, settings.bulk_max_bytes)
        self._health = Health(self.verify, retry.clock)

    def verify(self) -> None:
        """Check that OpenSearch answers us and holds index templates that we know.

        Raises:
            ConfigError: wrong password, templates missing, or newer than this version writes.
            Retryable: it cannot be reached; `healthy` is False until it can.
        """
        try:
            with translated(self._url):
                self._check_schema(self._schema_version())
        except Retryable:
            self._health.down()
            raise

    def write(self, findings: Findings) -> None:
        """Store all: incidents after annotations, dead letters and catalogue; what is refused last.

        Raises:
            Retryable: not all could be stored in time; writing the same again stores the rest.
            Permanent: a dead letter was refused.
        """
        everything = [*documents(findings, to_json), *platform_documents(findings)]
        try:
            refusals = self._bulk.write([d for d in everything if d.kind != "incident"])
            refusals += self._logs.write(findings.logs)
            refusals += self._bulk.write([d for d in everything if d.kind == "incident"])
            lost = self._bulk.write([self._letter(r) for r in refusals if r.document.kind != "dead_letter"])
        except Retryable:
            self._health.down()
            raise
        self._health.up()
        self._retry.counters.stored_documents += len(everything) + len(findings.logs) - len(refusals)
        _raise_lost([*lost, *(r for r in refusals if r.document.kind == "dead_letter")])

    def healthy(self) -> bool:
        """Return False while OpenSearch is known to be down."""
        return self._health.healthy()

    def close(self) -> None:
        """End running retries, and close the connections."""
        self._retry.stop()
        self._client.close()

    def annotations(
        self,
        *,
        incident_id: str | None = None,
        anomaly_id: str | None = None,
        since_ns: int = 0,
        limit: int = 1000,
    ) -> list[dict[str, Any]]:
        """Return annotations, oldest first: of one incident, or one by its id, where that is given.

        An id is looked for in all datasets and namespaces: dashboards, which link to it, show them all.
        """
        query: list[dict[str, Any]] = [{"range": {"@timestamp": {"gte": rfc3339(since_ns)}}}]
        if incident_id is not None:
            query.append({"term": {"incident_id": incident_id}})
        if anomaly_id is not None:
            query.append({"term": {"anomaly_id": anomaly_id}})
        everywhere = len(query) > 1
        index = (self._names.any_dated if everywhere else self._names.all_dated)("anomalies")
        return self._search(index, query, "asc", "anomaly_id", limit)

    def incidents(self, *, since_ns: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
        """Return incidents in their latest version, newest first."""
        query = [{"range": {"@timestamp": {"gte": rfc3339(since_ns)}}}]
        return self._search(self._names.alias("incidents"), query, "desc", "incident_id", limit)

    def dead_letters(self, *, limit: int = 1000) -> list[dict[str, Any]]:
        """Return dead letters, newest first."""
        return self._search(self._names.all_dated("dead_letters"), [], "desc", "dead_letter_id", limit)

    def add_verdict(self, verdict: dict[str, Any]) -> None:
        """Append a verdict, at once to be read; one with the same `id` is there already."""
        index = self._names.dated("feedback", from_rfc3339(verdict["@timestamp"]))
        with translated(self._url):
            try:
                self._client.create(index=index, id=verdict["id"], body=verdict, params={"refresh": "true"})
            except ConflictError:
                return

    def verdicts(self, *, limit: int = 1000) -> list[dict[str, Any]]:
        """Return verdicts, newest first."""
        return self._search(self._names.all_dated("feedback"), [], "desc", "id", limit)

    def suppressions(self) -> tuple[int, list[dict[str, Any]]]:
        """Return the version and the suppressions in force; version 0 when there never were any."""
        source = self._suppressions().get("_source", {"version": 0, "suppressions": []})
        return source["version"], source["suppressions"]

    def put_suppressions(self, version: int, suppressions: Sequence[dict[str, Any]]) -> None:
        """Replace the suppressions in force. Raises Permanent when `version` is not the next one."""
        present = self._suppressions()
        params: dict[str, Any] = {"op_type": "create"}
        if present:
            params = {"if_seq_no": present["_seq_no"], "if_primary_term": present["_primary_term"]}
        if version != present.get("_source", {"version": 0})["version"] + 1:
            raise Permanent(f"suppressions: version {version} is not the next one")
        body = {"version": version, "suppressions": list(suppressions)}
        with translated(self._url):
            try:
                self._client.index(
                    index=self._names.alias("suppressions"), id=_SUPPRESSIONS, body=body, params=params
                )
            except ConflictError:
                raise Permanent(f"suppressions: somebody else put version {version}") from None

    def put_shadow(self, documents: Sequence[dict[str, Any]]) -> None:
        """Store what a challenger found and how its runs went. Raises Retryable."""
        for start in range(0, len(documents), PAGE):
            with translated(self._url):
                put_shadow(self._client, self._names, documents[start : start + PAGE])

    def shadow(self, challenger: str, *, limit: int = 1000) -> list[dict[str, Any]]:
        """Return what is known of a challenger, oldest first."""
        query = [{"term": {"burl.shadow.challenger": challenger}}]
        return self._search(self._names.all_dated("shadow"), query, "asc", "id", limit)

    def _suppressions(self) -> dict[str, Any]:
        with translated(self._url):
            try:
                found: dict[str, Any] = self._client.get(
                    index=self._names.alias("suppressions"), id=_SUPPRESSIONS
                )
            except NotFoundError:
                return {}
            return found

    def _search(
        self, index: str, query: list[dict[str, Any]], order: str, key: str, limit: int
    ) -> list[dict[str, Any]]:
        sort = [{"@timestamp": order}, {key: "asc"}]
        with translated(self._url):
            return list(islice(hits(self._client, index, query, sort, limit), limit))

    def _letter(self, refusal: Refusal) -> Document:
        outcome = refusal.outcome
        error_type = outcome.error_type or f"status_{outcome.status}"
        letter = refused(refusal.document.source, error_type, outcome.reason)
        self._retry.counters.dead_letters[error_type] += 1
        return Document("dead_letter", letter, to_json(letter.document))

    def _schema_version(self) -> int | None:
        """Return the schema version of the installed index template, or None where we may not look."""
        name = self._names.template("anomalies")
        try:
            found = self._client.indices.get_index_template(name=name)
        except AuthorizationException:
            return None
        except NotFoundError:
            raise ConfigError(
                f"OpenSearch at {self._url} has no index template {name}:"
                f" run `burl platform install {self._url}`"
            ) from None
        return int(found["index_templates"][0]["index_template"]["_meta"]["schema_version"])

    def _check_schema(self, version: int | None) -> None:
        if version is not None and version > SCHEMA_VERSION:
            raise ConfigError(
                f"OpenSearch at {self._url} holds schema version {version},"
                f" this agent writes {SCHEMA_VERSION}: upgrade the agent"
            )


def _raise_lost(lost: list[Refusal]) -> None:
    if lost:
        raise Permanent(f"{len(lost)} dead letters refused: {lost[0].outcome.reason}")
