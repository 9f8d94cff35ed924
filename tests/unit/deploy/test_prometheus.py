"""Names of metrics follow the convention, each is documented, and the alert rules that use them work."""

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from burl.exposition import AgentCollector
from burl.metrics import AnyMetric

ROOT = Path(__file__).resolve().parents[3]
RULES = ROOT / "deploy" / "prometheus"
FETCHED = ROOT / ".cache" / "prometheus" / "usr" / "bin" / "promtool"
_SUFFIXES = re.compile(r"_(bucket|count|sum)$")


@pytest.fixture(scope="module")
def metrics() -> list[AnyMetric]:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "scripts" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: list[AnyMetric] = module.all_metrics()
    return found


@pytest.fixture(scope="module")
def promtool() -> str:
    found = shutil.which("promtool") or (str(FETCHED) if FETCHED.exists() else None)
    if found is None:
        pytest.skip("promtool is not installed: scripts/promtool.sh fetches it")
    return found


def test_names_follow_the_convention_and_are_documented(metrics: list[AnyMetric]) -> None:
    documented = (ROOT / "docs" / "reference" / "metrics.md").read_text()
    for metric in metrics:
        assert re.fullmatch(r"burl_[a-z0-9_]+", metric.name)
        assert metric.name.endswith("_total") == (metric.kind == "counter")
        assert metric.meaning.endswith(".")
        assert f"| `{metric.name}` | {metric.kind} |" in documented
    assert len({metric.name for metric in metrics}) == len(metrics)


def test_promtool_finds_no_fault_with_the_metrics(metrics: list[AnyMetric], promtool: str) -> None:
    registry = CollectorRegistry()
    registry.register(AgentCollector(metrics))
    result = subprocess.run(
        [promtool, "check", "metrics"], input=generate_latest(registry), capture_output=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, b"")


def test_rules_use_metrics_that_there_are(metrics: list[AnyMetric]) -> None:
    names = {metric.name for metric in metrics}
    used = set(
        re.findall(r"\bburl_[a-z_]+\b(?=[\[{) ]|$)", (RULES / "burl.rules.yaml").read_text(), re.MULTILINE)
    )
    assert used
    assert {name for name in used if name not in names and _SUFFIXES.sub("", name) not in names} == set()


def test_alerts_fire_when_they_should_and_only_then(promtool: str) -> None:
    result = subprocess.run(
        [promtool, "test", "rules", "burl.rules.test.yaml"],
        cwd=RULES,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
