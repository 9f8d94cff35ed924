"""The images: their file tree is built without Docker and run; the Dockerfiles keep to the rules."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "deploy" / "docker"
CONTAINED = ["unshare", "--mount", str(Path(__file__).with_name("contained.sh"))]
MAY_MOUNT = os.geteuid() == 0 and not subprocess.run(["unshare", "--mount", "true"], check=False).returncode
LOG = "".join(f"2026-11-22T10:{i // 60:02}:{i % 60:02}Z INFO order {i} paid\n" for i in range(1200))
FAULT = "2026-11-22T10:30:00Z ERROR disk /dev/sda is on fire\n"

by_file = pytest.mark.parametrize("name", ["Dockerfile", "Dockerfile.trainer"])


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The agent image's tree, moved from where it was built, as COPY moves it."""
    built = tmp_path_factory.mktemp("image") / "built"
    command = [str(DOCKER / "build-tree.sh"), str(built), "agent"]
    environment = os.environ | {"PYTHON": sys.executable}
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert result.returncode == 0, result.stderr
    return built.rename(built.parent / "moved")


@pytest.mark.slow
def test_the_tree_runs(tree: Path, tmp_path: Path) -> None:
    burl = tree / "opt" / "burl" / "bin" / "burl"
    (tmp_path / "app.log").write_text(LOG + FAULT)
    for arguments, said in (
        (["--version"], "burl "),
        (["score", "--input", str(tmp_path / "app.log")], "is on fire"),
        (["platform", "--help"], "install"),
    ):
        result = subprocess.run([burl, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path)
        assert result.returncode == 0, result.stderr
        assert said in result.stdout


@pytest.mark.slow
@pytest.mark.skipif(not MAY_MOUNT, reason="only root may mount: what the tree runs in cannot be made here")
def test_the_tree_runs_as_nobody_where_nothing_can_be_written(tree: Path) -> None:
    """As the image runs: read-only, without /tmp, as user 65532; only its volume is writable."""
    python = [*CONTAINED, str(tree), sys.base_prefix, "/opt/burl/bin/python"]
    scored = subprocess.run(
        [*python, "-m", "burl", "score", "-"], input=LOG + FAULT, capture_output=True, text=True, check=False
    )
    assert scored.returncode == 0, scored.stderr
    assert "is on fire" in scored.stdout
    tried = "import os; assert os.getuid() == 65532; open('/opt/burl/x', 'w')"
    refused = subprocess.run([*python, "-c", tried], capture_output=True, text=True, check=False)
    assert "Read-only file system" in refused.stderr


@pytest.mark.slow
@pytest.mark.skipif(not MAY_MOUNT, reason="only root may mount: what the tree runs in cannot be made here")
def test_the_agent_of_the_image_serves_there_and_stops_when_told(tree: Path) -> None:
    command = [*CONTAINED, str(tree), sys.base_prefix, "/opt/burl/bin/python", "-m", "burl", "run"]
    environment = os.environ | {"BURL_RECEIVE__LISTEN": "127.0.0.1:0"}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as agent:
        assert agent.stderr is not None
        said = next((line for line in agent.stderr if "listening on port" in line), None)
        agent.terminate()
        left = agent.stderr.read()
    assert said is not None, left
    assert agent.returncode == 0


@pytest.mark.slow
def test_the_bill_of_materials_is_one_and_names_no_torch(tree: Path) -> None:
    text = (tree / "sbom.json").read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    names = {component["name"] for component in json.loads(text)["components"]}
    assert {"grpcio", "numpy", "burl-agent"} <= names
    assert names.isdisjoint({"torch", "scikit-learn", "onnxruntime", "pandas", "pytest"})


@pytest.mark.slow
def test_the_tree_holds_what_the_commands_need_and_no_more(tree: Path) -> None:
    (packages,) = (tree / "opt" / "burl" / "lib").glob("python3.*/site-packages")
    for needed in (
        "burl/inject/sidecar.yaml",
        "burl/console/templates/base.html.jinja",
        "burl_opensearch/dashboards/burl.ndjson",
        "burl_opensearch/schemas/annotation.schema.json",
    ):
        assert (packages / needed).is_file()
    assert not [name for name in ("examples", "bench", "tests", "torch") if (packages / name).exists()]
    assert not (tree / "build").exists()


@by_file
def test_images_are_pinned_staged_and_not_root(name: str) -> None:
    text = (DOCKER / name).read_text("utf-8")
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert len(bases) == 2
    assert all(re.fullmatch(r"python:\d+\.\d+\.\d+-slim-\w+", base) for base in bases)
    assert "USER 65532:65532" in text.rpartition("FROM")[2]
    assert re.search(r"^RUN sh /src/deploy/docker/build-tree.sh /tree (agent|trainer)$", text, re.MULTILINE)


@by_file
def test_the_build_gets_what_it_copies(name: str) -> None:
    kept = (DOCKER / f"{name}.dockerignore").read_text("utf-8").splitlines()
    assert kept[0] == "*"
    assert [line for line in kept if line.startswith("!") and not (ROOT / line[1:]).exists()] == []
