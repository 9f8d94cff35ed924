"""OpenSearch 2.19 with its security plugin: TLS, certificates, passwords, roles that grant just enough."""

import copy
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import OpenSearch
from opensearchpy.exceptions import AuthorizationException, TransportError

from burl.bundle.opensearch import OpenSearchRegistry
from burl.clock import SystemClock
from burl.decide import CatalogueEntry, Findings
from burl.errors import BundleError, ConfigError, Retryable, SinkError
from burl.feedback import Desk
from burl.write.names import IndexNames
from burl.write.opensearch import OpenSearchStore, connect
from burl.write.settings import OpenSearchSettings
from burl_opensearch.platform import install, status, uninstall, upgrade
from burl_opensearch.roles import SEARCH, SETUP_PLUGIN_INDICES, SETUP_PLUGINS, build_roles
from support.bundles import BUNDLE, another
from support.opensearch_install import OpenSearchUnavailableError
from support.retries import seeded_retry
from support.samples import annotation, dead_letter, incident, template, template_count, verdict
from support.secure_server import ADMIN, SecureServer

pytestmark = [pytest.mark.integration, pytest.mark.slow]

PREFIX = "burl"
PASSWORD = "correct-Horse-42-battery"
API = "/_plugins/_security/api"
Role = dict[str, Any]


@pytest.fixture(scope="module")
def server() -> Iterator[SecureServer]:
    try:
        server = SecureServer()
    except OpenSearchUnavailableError as reason:
        pytest.skip(f"no OpenSearch with its Security plugin: {reason}")
    try:
        server.start()
        yield server
    finally:
        server.remove()


@dataclass(frozen=True)
class Cluster:
    """The secure cluster, and users of it."""

    server: SecureServer
    admin: OpenSearch

    def settings(self, username: str = "", password: str = PASSWORD, **changes: Any) -> OpenSearchSettings:
        given = {"username": username, "password": password} if username else {}
        fixed = {"hosts": [self.server.url], "ca_file": self.server.authority, "write_timeout_seconds": 60.0}
        return OpenSearchSettings.model_validate(fixed | given | {"request_timeout_seconds": 60.0} | changes)

    def user(self, name: str, role: Role) -> OpenSearchSettings:
        """Make a user that has `role` and no other."""
        body = {key: value for key, value in role.items() if key != "description"}
        self._put(f"roles/{name}", body)
        self._put(f"internalusers/{name}", {"password": PASSWORD})
        self._put(f"rolesmapping/{name}", {"users": [name]})
        return self.settings(name)

    def _put(self, path: str, body: dict[str, Any]) -> None:
        self.admin.transport.perform_request("PUT", f"{API}/{path}", body=body)


@pytest.fixture(scope="module")
def cluster(server: SecureServer) -> Iterator[Cluster]:
    settings = OpenSearchSettings(
        hosts=[server.url],
        ca_file=server.authority,
        username=ADMIN[0],
        password=ADMIN[1],
        request_timeout_seconds=60.0,
    )
    admin = connect(settings)
    # The example configuration gives everybody `own_index`, and with it bulk and searches of several.
    admin.transport.perform_request("DELETE", f"{API}/rolesmapping/own_index", params={"ignore": 404})
    yield Cluster(server, admin)
    admin.close()


@pytest.fixture
def installed(cluster: Cluster) -> Iterator[Cluster]:
    install(cluster.admin, cluster.server.url)
    yield cluster
    uninstall(cluster.admin, cluster.server.url)


def _role(name: str) -> Role:
    return build_roles(IndexNames(PREFIX))[f"{PREFIX}_{name}"]


def _store(settings: OpenSearchSettings) -> OpenSearchStore:
    return OpenSearchStore(connect(settings), settings, seeded_retry())


def _agent_work(settings: OpenSearchSettings) -> None:
    """Do all that an agent does. Raises SinkError or ConfigError where a right is missing."""
    retry = seeded_retry()
    client = connect(settings)
    store = OpenSearchStore(client, settings, retry)
    entries = [
        CatalogueEntry("template", "t1", annotation(1).time_ns, template(1)),
        CatalogueEntry("template_count", "c1", annotation(1).time_ns, template_count(1)),
    ]
    try:
        store.verify()
        client.indices.get_index_template(name=f"{PREFIX}_anomalies_template")  # `verify` does without
        store.write(Findings([annotation(1)], [incident(1)], [dead_letter(1)], entries))
        if retry.counters.dead_letters:
            raise ConfigError("documents were refused")
        store.annotations()
        store.add_verdict(verdict(1))
        version, _ = store.suppressions()
        store.put_suppressions(version + 1, [])
        registry = OpenSearchRegistry(client, settings, SystemClock())
        registry.versions()  # the console lists them
        with suppress(BundleError):  # there is none; what counts is that this may be asked
            registry.open("champion")
    finally:
        store.close()


def _trainer_work(settings: OpenSearchSettings) -> None:
    """Do what `burl retrain` and `burl bundle` do. Raises BundleError, ConfigError or SinkError."""
    store = _store(settings)
    registry = OpenSearchRegistry(connect(settings), settings, SystemClock())
    desk = Desk(store, SystemClock())
    try:
        desk.verdicts()
        with tempfile.TemporaryDirectory() as folder:
            registry.add(another(Path(folder)))
        version = registry.add(BUNDLE).manifest.version
        registry.challenge(version)
        desk.record("retrain", {"bundle.version": version})
        store.shadow(version)
        registry.promote()
        desk.retire(version, lambda _: True)
        registry.prune(keep=0)
    finally:
        store.close()


def _reader_work(settings: OpenSearchSettings) -> None:
    """Do what a panel and Discover do."""
    client = connect(settings)
    pattern = f"{PREFIX}_anomalies-*"
    try:
        client.search(index=pattern, body={"size": 1})
        answers = client.msearch(body=[{"index": pattern}, {"size": 1}])["responses"]
        if any("error" in answer for answer in answers):
            raise ConfigError("a search among several is refused")
        fields = client.field_caps(index=pattern, params={"fields": "*"})["fields"]
        if not fields or not client.indices.get_field_mapping(index=pattern, fields="*"):
            raise ConfigError("no fields are shown")
    finally:
        client.close()


def test_a_password_over_a_trusted_connection(installed: Cluster) -> None:
    settings = installed.user("agent", _role("agent"))
    _agent_work(settings)
    for wrong in ("wrong", ""):
        with pytest.raises(ConfigError, match="refuses the user name or the password"):
            _store(installed.settings("agent", wrong)).verify()
    with pytest.raises(ConfigError, match="cannot be trusted"):
        _store(installed.settings("agent", ca_file=None)).verify()


def test_a_certificate_instead_of_a_password(installed: Cluster) -> None:
    installed.user("agent", _role("agent"))
    certificate, key = installed.server.certificate("agent")
    _agent_work(installed.settings(client_cert_file=certificate, client_key_file=key))
    certificate, key = installed.server.certificate("stranger")
    with pytest.raises(AuthorizationException, match="no permissions"):
        _agent_work(installed.settings(client_cert_file=certificate, client_key_file=key))


def test_what_a_missing_right_holds_up_is_stored_once_it_is_given(installed: Cluster) -> None:
    role = _role("agent")
    role["index_permissions"][0]["index_patterns"] = [f"{PREFIX}_anomalies-*", f"{PREFIX}_dead_letters-*"]
    settings, retry = installed.user("halfway", role), seeded_retry()
    store = OpenSearchStore(connect(settings), settings, retry)
    findings = Findings([annotation(1)], [incident(1)])
    with pytest.raises(Retryable, match="no permissions"):
        store.write(findings)
    installed.admin.indices.refresh(index=f"{PREFIX}_*")
    assert installed.admin.count(index=f"{PREFIX}_anomalies-*")["count"] == 1
    installed.user("halfway", _role("agent"))
    store.write(findings)
    store.close()
    assert retry.counters.dead_letters == {}
    assert installed.admin.get(index=f"{PREFIX}_incidents", id="i1")["found"]


def test_a_reader_sees_the_namespaces_of_its_role(installed: Cluster) -> None:
    store = _store(installed.user("agent", _role("agent")))
    theirs = annotation(2, **{"k8s.namespace.name": "bank"})
    store.write(Findings([annotation(1), theirs]))
    store.close()
    installed.admin.indices.refresh(index=f"{PREFIX}_*")
    role = _role("reader")
    role["index_permissions"][0]["dls"] = '{"term": {"k8s.namespace.name": "shop"}}'
    reader = connect(installed.user("teller", role))
    hits = reader.search(index=f"{PREFIX}_anomalies-*")["hits"]["hits"]
    assert [hit["_id"] for hit in hits] == [annotation(1).id]
    reader.close()


def test_the_role_of_who_installs_is_enough(cluster: Cluster) -> None:
    _setup_work(cluster.user("installer", _role("setup")))


def _setup_work(settings: OpenSearchSettings) -> None:
    client = connect(settings)
    try:
        steps = install(client, settings.hosts[0])
        assert {step.state for step in steps} <= {"missing", "skipped"}
        _outdate(client, f"{PREFIX}_incidents_template")
        assert {step.state for step in upgrade(client, settings.hosts[0])} == {
            "current",
            "outdated",
            "skipped",
        }
        assert {step.state for step in status(client, settings.hosts[0])} == {"current", "skipped"}
        uninstall(client, settings.hosts[0])
    finally:
        client.close()


def _outdate(client: OpenSearch, name: str) -> None:
    body = client.indices.get_index_template(name=name)["index_templates"][0]["index_template"]
    body["_meta"]["digest"] = "older"
    client.indices.put_index_template(name=name, body=body)


WORK: dict[str, Callable[[OpenSearchSettings], None]] = {
    "agent": _agent_work,
    "reader": _reader_work,
    "trainer": _trainer_work,
    "setup": _setup_work,
}
UNTRIED = {"setup": {*SETUP_PLUGINS, *SETUP_PLUGIN_INDICES}}
"""Rights in plugins that this cluster lacks."""


def _lesser(role: Role) -> Iterator[tuple[str, Role]]:
    """Yield `role` without each of its permissions."""
    grants = [("index_permissions", n, "allowed_actions") for n in range(len(role["index_permissions"]))]
    for path in (("cluster_permissions",), *grants):
        for permission in _at(role, path):
            lesser = copy.deepcopy(role)
            _at(lesser, path).remove(permission)
            yield permission, lesser


def _at(role: Any, path: tuple[Any, ...]) -> list[str]:
    for key in path:
        role = role[key]
    found: list[str] = role
    return found


@pytest.mark.parametrize("name", WORK)
def test_taking_any_permission_away_breaks_something(cluster: Cluster, name: str) -> None:
    useless = []
    prepare = uninstall if name == "setup" else install
    prepare(cluster.admin, cluster.server.url)
    for permission, lesser in _lesser(_role(name)):
        if permission in UNTRIED.get(name, ()):
            continue
        settings = cluster.user("trial", lesser)
        try:
            WORK[name](settings)
            useless.append(permission)
        except (BundleError, ConfigError, SinkError, TransportError):
            pass
        finally:
            _clean(cluster, name)
    uninstall(cluster.admin, cluster.server.url)
    assert useless == []


def test_an_agent_changes_no_bundle(installed: Cluster) -> None:
    settings = installed.user("agent", _role("agent"))
    with pytest.raises((BundleError, ConfigError, SinkError)):
        OpenSearchRegistry(connect(settings), settings, SystemClock()).add(BUNDLE)


def _clean(cluster: Cluster, name: str) -> None:
    """Leave the next trial what the first found."""
    if name == "setup":
        uninstall(cluster.admin, cluster.server.url)
    elif name in {"agent", "trainer"}:
        written = cluster.admin.indices.get(index=f"{PREFIX}_*-default-*")
        if written:
            cluster.admin.indices.delete(index=",".join(written))


def test_reading_is_what_a_reader_may(installed: Cluster) -> None:
    assert SEARCH in _role("reader")["index_permissions"][0]["allowed_actions"]
    reader = connect(installed.user("reader", _role("reader")))
    _reader_work(installed.settings("reader"))
    with pytest.raises(TransportError):
        reader.index(index=f"{PREFIX}_anomalies-x-y-2025.11", body={})
    reader.close()
