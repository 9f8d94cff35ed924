"""Renders the chart, and checks objects against the Kubernetes API."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "deploy" / "helm" / "burl"
SCHEMAS = ROOT / "tests" / "deploy" / "schemas"
GOLDEN = ROOT / "tests" / "golden" / "helm"
CASES = sorted(path.name.removesuffix("-values.yaml") for path in (CHART / "ci").glob("*-values.yaml"))
VERSIONS = ("1.29", "1.37")
"""The first Kubernetes with native sidecars on by default, and the newest."""

_BUILT = ROOT / ".cache" / "bin" / "helm"
HELM = str(_BUILT) if _BUILT.exists() else shutil.which("helm") or ""
needs_helm = pytest.mark.skipif(not HELM, reason="helm is not installed: scripts/helm.sh builds it with Go")

Object = dict[str, Any]


def helm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run helm as for the oldest Kubernetes that the chart allows."""
    command = [HELM, *arguments, "--kube-version", "1.29.0"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def render(*options: str) -> str:
    """Return the manifests of a release `burl` in namespace `shop`."""
    result = helm("template", "burl", str(CHART), "--namespace", "shop", *options)
    assert result.returncode == 0, result.stderr
    return result.stdout


def render_case(case: str) -> str:
    """Return the manifests of one of the chart's `ci` values."""
    return render("--values", str(CHART / "ci" / f"{case}-values.yaml"))


def objects(text: str) -> list[Object]:
    """Return the objects of a manifest."""
    return [document for document in yaml.safe_load_all(text) if document]


def golden(case: str) -> list[Object]:
    """Return the objects of a golden render."""
    return objects((GOLDEN / f"{case}.yaml").read_text("utf-8"))


def pod_specs(document: Object) -> Iterator[Object]:
    """Yield the pod of an object that runs any."""
    spec = document.get("spec", {})
    template = spec.get("jobTemplate", {}).get("spec", spec).get("template")
    if template:
        yield template["spec"]


def check(document: Object) -> None:
    """Fail unless Kubernetes, or the Prometheus operator, takes the object, strictly: it knows every key."""
    if document["apiVersion"].startswith("monitoring.coreos.com/"):
        jsonschema.validate(document, json.loads((SCHEMAS / f"{document['kind']}.json").read_text("utf-8")))
        return
    for version in VERSIONS:
        kubernetes_validate.validate(document, version, strict=True)
