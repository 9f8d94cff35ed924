"""TLS and basic authentication, at a proxy in front of a real OpenSearch."""

import ssl
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from burl.decide import Findings
from burl.errors import ConfigError
from burl.write.opensearch import OpenSearchStore, connect
from burl.write.settings import OpenSearchSettings
from support import fault_proxy
from support.retries import seeded_retry
from support.samples import annotation

pytestmark = pytest.mark.integration

_OPENSSL = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -addext subjectAltName=IP:127.0.0.1"


@dataclass
class Guarded:
    """Settings that reach OpenSearch over TLS as user `burl`."""

    settings: OpenSearchSettings
    other_ca: Path

    def verify(self, **changes: object) -> OpenSearchStore:
        settings = OpenSearchSettings.model_validate(self.settings.model_dump() | changes)
        store = OpenSearchStore(connect(settings), settings, seeded_retry())
        try:
            store.verify()
        except ConfigError:
            store.close()
            raise
        return store


def _certificate(folder: Path, name: str) -> tuple[Path, Path]:
    key, certificate = folder / f"{name}.key", folder / f"{name}.pem"
    subprocess.run(
        [*_OPENSSL.split(), "-subj", f"/CN={name}", "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    return key, certificate


@pytest.fixture
def guarded(installed: OpenSearchSettings, tmp_path: Path) -> Iterator[Guarded]:
    key, certificate = _certificate(tmp_path, "server")
    _, other = _certificate(tmp_path, "other")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with fault_proxy.running(installed.hosts[0]) as proxy:
        proxy.socket = context.wrap_socket(proxy.socket, server_side=True)
        proxy.authorization = f"Basic {b64encode(b'burl:hunter2').decode()}"
        changes = {
            "hosts": [proxy.url.replace("http:", "https:")],
            "ca_file": certificate,
            "username": "burl",
            "password": "hunter2",
        }
        yield Guarded(OpenSearchSettings.model_validate(installed.model_dump() | changes), other)


def test_the_right_password_over_a_trusted_connection(guarded: Guarded) -> None:
    store = guarded.verify()
    store.write(Findings(annotations=[annotation(1)]))
    store.close()


def test_a_wrong_password_is_one_line(guarded: Guarded) -> None:
    with pytest.raises(ConfigError, match="refuses the user name or the password") as raised:
        guarded.verify(password="wrong")
    assert "\n" not in str(raised.value)
    assert "wrong" not in str(raised.value)


@pytest.mark.parametrize("authority", ["other", "none"])
def test_an_untrusted_certificate_is_one_line(guarded: Guarded, authority: str) -> None:
    with pytest.raises(ConfigError, match="cannot be trusted") as raised:
        guarded.verify(ca_file=guarded.other_ca if authority == "other" else None)
    assert "\n" not in str(raised.value)


def test_verification_can_be_turned_off_by_its_ugly_name(guarded: Guarded) -> None:
    guarded.verify(ca_file=None, insecure_skip_verify=True).close()
