"""A real Fluent Bit, run with a configuration that we ship; only its paths and ports are others."""

import os
import shutil
from pathlib import Path

from support.sender_process import SenderProcess

SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "fluent-bit"
POD = {
    "POD_NAMESPACE": "shop",
    "POD_NAME": "cart-6d4c9f7b5d-x2v7k",
    "POD_UID": "uid-1",
    "NODE_NAME": "node-1",
}


def find_fluent_bit() -> str | None:
    """Return where Fluent Bit is: what FLUENT_BIT names, or the one on the PATH."""
    return os.environ.get("FLUENT_BIT") or shutil.which("fluent-bit")


class FluentBit(SenderProcess):
    """A process that tails `logs`; what it has not delivered survives in `directory`."""

    def __init__(
        self, directory: Path, name: str, *, logs: Path, burl_port: int, opensearch_port: int
    ) -> None:
        """Write the configuration; nothing runs yet.

        Args:
            directory: where its storage lies; its path must hold no character that Lua's patterns know.
            name: a file of deploy/fluent-bit.
            logs: what takes the place of `/var/log/pod`.
            burl_port: where the agent listens.
            opensearch_port: where the raw logs go.
        """
        (directory / "parsers.conf").touch()
        text = (SHIPPED / name).read_text("utf-8")
        places = {
            "/fluent-bit/etc/parsers.conf": f"{directory}/parsers.conf",
            "/var/lib/fluent-bit": str(directory),
            "/var/log/pod/": f"{logs}/",
            "4317": str(burl_port),
        }
        for shipped, here in places.items():
            text = text.replace(shipped, here)
        config = directory / name
        config.write_text(text)
        prefix = f"raw{directory.name.lower()}"
        environment = os.environ | POD | {
            "LOG_PATH": f"{logs}/*/*.log",
            "LOG_CONTAINER": "app",
            "OPENSEARCH_HOST": "127.0.0.1",
            "OPENSEARCH_PORT": str(opensearch_port),
            "OPENSEARCH_USER": "",
            "OPENSEARCH_PASSWORD": "",
            "OPENSEARCH_TLS": "off",
            "RAW_LOG_PREFIX": prefix,
        }  # fmt: skip
        self.raw_logs = f"{prefix}-*"
        super().__init__(find_fluent_bit(), config, environment)
