"""What the chart renders is valid, safe, and runs commands that there are."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main
import yaml

from burl.cli.app import app
from burl.config import Settings
from support.chart import (
    CASES,
    CHART,
    GOLDEN,
    Object,
    check,
    golden,
    helm,
    needs_helm,
    objects,
    pod_specs,
    render,
    render_case,
)

DOCS = Path(__file__).resolve().parents[2] / "docs"
INSTALLS = re.findall(
    r"^\$ helm upgrade --install burl deploy/helm/burl (.*)$",
    "\n".join(page.read_text("utf-8") for page in sorted(DOCS.glob("*.md"))),
    re.MULTILINE,
)

by_case = pytest.mark.parametrize("case", CASES)


@needs_helm
@by_case
def test_golden_renders_are_current(case: str) -> None:
    """`make render-chart` writes them again."""
    assert render_case(case) == (GOLDEN / f"{case}.yaml").read_text("utf-8")


@needs_helm
@by_case
def test_lint(case: str) -> None:
    result = helm("lint", "--strict", str(CHART), "--values", str(CHART / "ci" / f"{case}-values.yaml"))
    assert result.returncode == 0, result.stdout


@by_case
def test_objects_are_what_kubernetes_takes(case: str) -> None:
    for document in golden(case):
        check(document)


def test_every_kind_of_object_is_among_those_checked() -> None:
    kinds = {document["kind"] for case in CASES for document in golden(case)}
    templates = "".join(path.read_text("utf-8") for path in (CHART / "templates").iterdir())
    assert set(re.findall(r"^kind: (\w+)$", templates, re.MULTILINE)) <= kinds
    assert {"PodMonitor", "ServiceMonitor"} <= kinds


@pytest.mark.parametrize("kind", ["Deployment", "NetworkPolicy", "PrometheusRule", "ServiceMonitor"])
def test_a_key_that_there_is_not_is_seen(kind: str) -> None:
    document = next(document for document in golden("gateway") if document["kind"] == kind)
    document["spec"]["replicaz"] = 2
    with pytest.raises(Exception, match="replicaz"):
        check(document)


@by_case
def test_configurations_load(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The configurations of a ConfigMap, their secrets lying elsewhere."""
    monkeypatch.chdir(tmp_path)
    for name in ("tls.crt", "tls.key", "ca.crt", "tokens"):
        (tmp_path / name).touch()
    (config,) = (
        entry for entry in golden(case) if entry["kind"] == "ConfigMap" and "burl.yaml" in entry["data"]
    )
    for key in ("burl.yaml", "tools.yaml"):
        text = config["data"][key].replace("/run/secrets/tls/", "").replace("/run/secrets/senders/", "")
        settings = Settings(**yaml.safe_load(text))
        assert settings.write.store == "opensearch"
    assert "/run/secrets/tls" not in config["data"]["tools.yaml"]


@by_case
def test_containers_run_commands_that_there_are(case: str) -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    for container in containers(case):
        if "burl/" in container["image"]:
            words = container["args"]
            command = group.commands[words[0]]
            if isinstance(command, typer.core.TyperGroup):
                command = command.commands[words[1]]
            known = {option for parameter in command.params for option in parameter.opts}
            assert {word for word in words if word.startswith("--")} <= known


def test_setup_and_trainer_have_rights_of_their_own() -> None:
    secrets = {
        container["name"]: reference["valueFrom"]["secretKeyRef"]["name"]
        for container in containers("gateway")
        for reference in container.get("env", [])
        if reference["name"] == "BURL_WRITE__OPENSEARCH__USERNAME"
    }
    agents = {"burl": "burl-agent", "console": "burl-agent"}
    assert secrets == agents | {"setup": "burl-setup", "trainer": "burl-trainer"}


@by_case
def test_containers_are_hardened(case: str) -> None:
    for spec in specs(case):
        outer = spec.get("securityContext", {})
        for container in own(spec):
            inner = container["securityContext"]
            assert inner["readOnlyRootFilesystem"]
            assert not inner["allowPrivilegeEscalation"]
            assert inner["capabilities"] == {"drop": ["ALL"]}
            assert (outer | inner)["seccompProfile"] == {"type": "RuntimeDefault"}
            assert container["resources"]["limits"]["memory"]
            reads_pod_logs = any(mount["name"] == "burl-pod-logs" for mount in container["volumeMounts"])
            assert (outer | inner)["runAsNonRoot"] != reads_pod_logs


@pytest.mark.parametrize("logs", ["otlp", "files", "stdout"])
def test_a_sidecar_can_do_the_pod_no_harm(logs: str) -> None:
    (spec,) = [
        spec
        for spec in specs(f"sidecar-{logs}")
        if "burl" in {c["name"] for c in spec.get("initContainers", [])}
    ]
    for container in spec["initContainers"]:
        assert container["restartPolicy"] == "Always"
        assert {"readinessProbe", "startupProbe"}.isdisjoint(container)
        assert all(
            ref["valueFrom"]["secretKeyRef"]["optional"]
            for ref in container["env"]
            if "secretKeyRef" in ref.get("valueFrom", {})
        )
    for volume in spec["volumes"]:
        assert volume.get("configMap", {}).get("optional", True)
        assert volume.get("secret", {}).get("optional", True)
        assert "persistentVolumeClaim" not in volume


@needs_helm
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "hosts"),
        (["--set", "opensearch.hosts={http://a:9200}"], "receive.insecurePublic=true"),
        (["--set", "opensearch.hosts={http://a:9200},mode=both"], "mode"),
        (["--set", "opensearch.hosts={http://a:9200},replicaz=2"], "replicaz"),
        (
            ["--set", "opensearch.hosts={http://a:9200},receive.insecurePublic=true,trainer.enabled=true"],
            "bundle.existingClaim",
        ),
    ],
)
def test_mistakes_are_said(options: list[str], said: str) -> None:
    result = helm("template", "burl", str(CHART), *options)
    assert result.returncode != 0
    assert said in result.stderr.replace("'", "")


@needs_helm
@pytest.mark.parametrize("options", INSTALLS)
def test_installations_of_the_documents_render(options: str) -> None:
    for document in objects(render(*shlex.split(options))):
        check(document)


@needs_helm
def test_the_shortest_values_there_are() -> None:
    text = render("--set", "opensearch.hosts={http://opensearch:9200},receive.insecurePublic=true")
    assert {entry["kind"] for entry in objects(text)} >= {"StatefulSet", "Service", "Job", "ConfigMap"}


def containers(case: str) -> list[Object]:
    return [container for spec in specs(case) for container in own(spec)]


def specs(case: str) -> list[Object]:
    return [spec for document in golden(case) for spec in pod_specs(document)]


def own(spec: Object) -> list[Object]:
    """Return the containers that are ours, not the application's."""
    found = [*spec.get("initContainers", []), *spec["containers"]]
    return [container for container in found if container["image"].split("/")[0] in {"burl", "fluent"}]
