"""A real OpenSearch with the security plugin: TLS, users, roles. Only 2.19.4 takes the plugin unmodified."""

import os
import shutil
import ssl
import subprocess
from base64 import b64encode
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

from support.opensearch_install import CACHE, OpenSearchUnavailableError, fetch, install
from support.opensearch_server import OpenSearchServer

PLUGIN = "org.opensearch.plugin:opensearch-security"
VERSION = "2.19.4"
ADMIN = ("admin", "admin")
"""What the plugin's own example configuration says."""

_OPENSSL = "openssl req -x509 -newkey rsa:2048 -nodes -days 2"
_SETTINGS = """\
plugins.security.ssl.transport.pemcert_filepath: node.pem
plugins.security.ssl.transport.pemkey_filepath: node.key
plugins.security.ssl.transport.pemtrustedcas_filepath: ca.pem
plugins.security.ssl.transport.enforce_hostname_verification: false
plugins.security.ssl.http.enabled: true
plugins.security.ssl.http.pemcert_filepath: node.pem
plugins.security.ssl.http.pemkey_filepath: node.key
plugins.security.ssl.http.pemtrustedcas_filepath: ca.pem
plugins.security.ssl.http.clientauth_mode: OPTIONAL
plugins.security.allow_default_init_securityindex: true
plugins.security.restapi.roles_enabled: [all_access]
plugins.security.authcz.admin_dn: [CN=boss]
"""


class SecureServer(OpenSearchServer):
    """One node that is spoken to over TLS, by users or by certificates of its authority."""

    def __init__(self) -> None:
        super().__init__({17: VERSION})
        self._headers = {"Authorization": f"Basic {b64encode(':'.join(ADMIN).encode()).decode()}"}

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._port}"

    @property
    def authority(self) -> Path:
        """The certificate that signed the server's."""
        return self._directory / "config" / "ca.pem"

    def certificate(self, name: str) -> tuple[Path, Path]:
        """Return certificate and key of a client named `name`."""
        return self._signed(name, self._directory / "clients")

    def _install(self) -> Path:
        home = CACHE / f"opensearch-{VERSION}-security"
        if (home / "plugins" / "opensearch-security").exists():
            return home
        partial = home.with_name(f"{home.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(install(VERSION), partial)
        plugin = fetch(PLUGIN, f"{VERSION}.0").as_uri()
        environment = {**os.environ, "OPENSEARCH_JAVA_HOME": str(self._jdk), "JAVA_HOME": str(self._jdk)}
        command = [str(partial / "bin" / "opensearch-plugin"), "install", "-b", plugin]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise OpenSearchUnavailableError(f"the security plugin does not install: {done.stderr[-2000:]}")
        partial.rename(home)
        return home

    def _configuration(self) -> str:
        config = self._directory / "config"
        self._make_authority(config)
        self._signed("node", config)
        path = config / "opensearch-security" / "config.yml"
        path.write_text(_with_client_certificates(path.read_text()))
        return super()._configuration() + _SETTINGS

    def _connection(self) -> HTTPConnection:
        context = ssl.create_default_context(cafile=self.authority)
        return HTTPSConnection("127.0.0.1", self._port, timeout=5, context=context)

    def _make_authority(self, folder: Path) -> None:
        files = ["-keyout", str(folder / "ca.key"), "-out", str(folder / "ca.pem")]
        subprocess.run([*_OPENSSL.split(), "-subj", "/CN=authority", *files], check=True, capture_output=True)

    def _signed(self, name: str, folder: Path) -> tuple[Path, Path]:
        folder.mkdir(exist_ok=True)
        certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
        authority = ["-CA", str(self.authority), "-CAkey", str(self.authority.with_suffix(".key"))]
        names = ["-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"]
        plain = ["-addext", "basicConstraints=critical,CA:FALSE"]
        files = ["-keyout", str(key), "-out", str(certificate)]
        command = [*_OPENSSL.split(), *authority, *names, *plain, *files]
        subprocess.run(command, check=True, capture_output=True)
        return certificate, key


def _with_client_certificates(config: str) -> str:
    """Turn on the domain that takes a certificate's common name for the user's."""
    head, domain, tail = config.partition("clientcert_auth_domain:")
    return head + domain + tail.replace("http_enabled: false", "http_enabled: true", 1)
