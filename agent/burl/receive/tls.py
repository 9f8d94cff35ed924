"""Certificates of the doors, renewed without a restart."""

import ssl
from pathlib import Path

import grpc

from burl.errors import ConfigError
from burl.receive.changes import Watched
from burl.receive.settings import TlsSettings


def grpc_credentials(tls: TlsSettings) -> grpc.ServerCredentials:
    """Return what the gRPC door shows; files that change are used from the next connection on.

    Raises:
        ConfigError: a file cannot be read, or the key is not the certificate's.
    """
    files = Watched(_paths(tls), lambda _: _configuration(tls))
    first = files.value()
    return grpc.dynamic_ssl_server_credentials(
        first, files.value, require_client_authentication=tls.client_ca_file is not None
    )


def http_context(tls: TlsSettings) -> ssl.SSLContext:
    """Return the same for the HTTP door. Raises ConfigError."""
    files = Watched(_paths(tls), lambda _: load_context(tls))

    def renew(connection: ssl.SSLObject, _name: str | None, _listening: ssl.SSLContext) -> None:
        connection.context = files.value()

    listening = load_context(tls)
    # called at each connection's first message, whether it names a server or not
    listening.sni_callback = renew
    return listening


def load_context(tls: TlsSettings) -> ssl.SSLContext:
    """Return a server's context with these files. Raises ConfigError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # a resumed connection would show no certificate, and so outlive a CA that is no longer trusted
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    try:
        context.load_cert_chain(tls.cert_file, tls.key_file, password="")  # an encrypted key must not ask
        if tls.client_ca_file:
            context.load_verify_locations(tls.client_ca_file)
            context.verify_mode = ssl.CERT_REQUIRED
    except (ssl.SSLError, OSError) as error:
        reason = error.strerror or str(error)
        raise ConfigError(f"receive.tls {tls.cert_file}, {tls.key_file}: cannot be used: {reason}") from None
    return context


def _configuration(tls: TlsSettings) -> grpc.ServerCertificateConfiguration:
    load_context(tls)  # says what is wrong with them; gRPC would only refuse every connection
    try:
        pair = (tls.key_file.read_bytes(), tls.cert_file.read_bytes())
        authority = tls.client_ca_file.read_bytes() if tls.client_ca_file else None
    except OSError as error:
        raise ConfigError(f"receive.tls: {error.filename}: {error.strerror}") from None
    return grpc.ssl_server_certificate_configuration([pair], authority)


def _paths(tls: TlsSettings) -> list[Path]:
    return [path for path in (tls.cert_file, tls.key_file, tls.client_ca_file) if path]
