"""The commands of the documentation, and a folder that holds what they speak of."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from burl.bundle.directory import DirectoryRegistry

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *ROOT.glob("examples/*/*.md"),
        *ROOT.glob("deploy/helm/*/*.md"),
    ]
)
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
_COMMAND = re.compile(r"^\$ (.+)$", re.MULTILINE)
_CONFIGURATION = re.compile(r"```yaml\n(# burl\.yaml\n.*?)```", re.DOTALL)
_STEPS = ("received", "paid", "packed", "shipped")
_DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers: [{name: shop, image: "shop:1.0"}]
"""

ELSEWHERE = {
    r"make (demo|help|test|format)": "these are what a developer runs: tests/e2e/test_demo.py runs the demo",
    r"docker ": "needs Docker: tests/deploy/test_compose.py checks the file against the schema of Compose",
    r"burl bundle compare": "needs agents that run both bundles: tests/e2e/test_feedback_loop.py",
    r".* --detectors .*:session": "needs logs with many sessions: tests/unit/train has such",
    r"kubectl (create|exec)": "needs a cluster",
    r"helm ": "needs a cluster: tests/deploy/test_chart.py renders each of these installations",
    r"python3 -m venv|pip install": "tests/deploy/test_release.py does it; the example is prepared",
}
"""Commands that the test does not run, each with the reason."""
_SERVES = {"burl run": "listening on port", "burl console": "http://"}
"""Commands that go on until they are stopped, and what they say once they serve."""
_MAY_FIND = re.compile(r"burl diff|--fail-on|platform status")
"""Exit code 1 of these says what was found, and is no failure."""


def commands(page: Path) -> list[str]:
    """Return the commands of a page in their order, less those that run elsewhere."""
    blocks = "".join(_BLOCK.findall(page.read_text("utf-8")))
    found = _COMMAND.findall(blocks)
    return [command for command in found if not any(re.match(other, command) for other in ELSEWHERE)]


def configurations(page: Path) -> list[str]:
    """Return the configuration files that a page shows whole."""
    found: list[str] = _CONFIGURATION.findall(page.read_text("utf-8"))
    return found


@dataclass(frozen=True, slots=True)
class World:
    """A folder in which the commands of a page run; what it says of other machines is said of this one.

    Attributes:
        directory: the folder.
        url: an OpenSearch server.
        prefix: the first word of this page's indices.
    """

    directory: Path
    url: str
    prefix: str

    def prepare(self, page: Path) -> None:
        """Make what the pages speak of: logs, a configuration, a manifest, bundles in a registry."""
        for name in ("deploy", "examples"):
            (self.directory / name).symlink_to(ROOT / name)
        self._make_logs()
        (self.directory / "password").write_text("secret")
        (self.directory / "deployment.yaml").write_text(_DEPLOYMENT)
        written = next(iter(configurations(page)), "write: {store: opensearch}\n")
        (self.directory / "burl.yaml").write_text(self._here(written))
        self._make_registry()
        self._install_example()

    def run(self, command: str) -> None:
        """Run one command as a shell does; fail with what it said unless it ends as it should."""
        here = self._here(command)
        served = next((said for start, said in _SERVES.items() if command.startswith(start)), None)
        if served is not None:
            self._serve(here, served)
            return
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", here],
            cwd=self.directory,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        fine = {0, 1} if _MAY_FIND.search(command) else {0}
        assert done.returncode in fine, f"{command}\n{done.stdout}{done.stderr}"

    def _serve(self, command: str, said: str) -> None:
        arguments = ["bash", "-c", f"exec {command}"]
        with subprocess.Popen(
            arguments,
            cwd=self.directory,
            env=self._environment() | {"BURL_RECEIVE__LISTEN": "127.0.0.1:0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            assert process.stdout is not None
            heard = []
            for line in process.stdout:
                heard.append(line)
                if said in line:
                    break
            process.terminate()
            process.stdout.read()
        assert said in heard[-1], "".join(heard)
        assert process.returncode == 0

    def _here(self, text: str) -> str:
        address = self.url.partition("://")[2]
        places = {
            "https://opensearch.example:9200": self.url,
            "https://opensearch:9200": self.url,
            "http://localhost:9200": self.url,
            "opensearch://localhost:9200": f"opensearch://{address}",
            "/run/secrets/opensearch-password": "password",
            "/var/lib/burl": "agent",
            "kubectl logs my-pod": "cat app.log",
        }
        for there, here in places.items():
            text = text.replace(there, here)
        return text

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "HOME": str(self.directory),
            "PYTHONPATH": str(self.directory / "installed"),
            "BURL_RECEIVE__LISTEN": "127.0.0.2:4317",  # whoever may run here listens on 127.0.0.1
            "BURL_CONSOLE__LISTEN": "127.0.0.1:0",
            "BURL_WRITE__OPENSEARCH__HOSTS": json.dumps([self.url]),
            "BURL_WRITE__OPENSEARCH__PREFIX": self.prefix,
            "BURL_BUNDLE__REGISTRY": "registry",
        }

    def _make_logs(self) -> None:
        orders = [
            f"2026-11-22T10:{i // 60:02}:{i % 60:02}Z INFO order {i // 4} {_STEPS[i % 4]}\n"
            for i in range(3000)
        ]
        odd = "2026-11-22T10:50:00Z ERROR disk sda is on fire\n"
        for name in ("app.log", "logs/today.log", "logs-1.4/app.log", "logs-1.5/app.log"):
            path = self.directory / name
            path.parent.mkdir(exist_ok=True)
            path.write_text("".join(orders))
        (self.directory / "logs-1.5" / "app.log").write_text("".join(orders).replace("packed", "boxed"))
        (self.directory / "app.log").write_text("".join([*orders, odd]))
        kinds = {line.rstrip(): "normal" for line in orders} | {odd.rstrip(): "abnormal"}
        (self.directory / "labels.json").write_text(json.dumps(kinds))

    def _make_registry(self) -> None:
        bundle = self.directory / "shop-bundle"
        shutil.copytree(ROOT / "examples" / "shop" / "bundle", bundle)
        registry = DirectoryRegistry(self.directory / "registry")
        registry.promote(registry.add(ROOT / "tests" / "golden" / "upgrade" / "bundle").manifest.version)
        registry.challenge(registry.add(bundle).manifest.version)

    def _install_example(self) -> None:
        uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
        target = self.directory / "installed"
        example = ROOT / "examples" / "detector"
        subprocess.run([*uv, "--python", sys.executable, "--target", target, example], check=True)
