"""Certificates: do they fit their keys, and how long are they valid."""

import ssl
from pathlib import Path

from burl.clock import Clock
from burl.doctor.check import Check, broken, ok, warning
from burl.errors import ConfigError
from burl.receive.settings import TlsSettings
from burl.receive.tls import load_context

_SOON_DAYS = 14
_DAY_SECONDS = 86_400


def check_certificates(tls: TlsSettings, clock: Clock) -> list[Check]:
    """Look at the certificates of the doors."""
    try:
        context = load_context(tls)
    except ConfigError as error:
        return [
            broken("receive.tls", str(error), "Give a PEM certificate, and the PEM key it was made with.")
        ]
    checks = [_check_own(tls.cert_file, context, clock)]
    if tls.client_ca_file:
        checks.append(_check_authority(tls.client_ca_file, clock))
    return checks


def _check_own(path: Path, context: ssl.SSLContext, clock: Clock) -> Check:
    subject = f"receive.tls.cert_file {path}"
    context.verify_mode = ssl.CERT_NONE
    try:
        shown = _handshake(context, path)
    except ssl.SSLCertVerificationError as error:
        return broken(subject, f"is not valid: {error.verify_message}", "Renew it.")
    except ssl.SSLError as error:
        return broken(subject, f"cannot be used: {error.reason}", "Make it again.")
    return _validity(subject, shown["notAfter"], clock)


def _check_authority(path: Path, clock: Clock) -> Check:
    subject = f"receive.tls.client_ca_file {path}"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(path)
    until = [str(found["notAfter"]) for found in context.get_ca_certs()]
    if not until:
        return broken(subject, "holds no certificate of an authority", "Give the one that signs senders'.")
    return _validity(subject, min(until, key=ssl.cert_time_to_seconds), clock)


def _validity(subject: str, not_after: object, clock: Clock) -> Check:
    days = (ssl.cert_time_to_seconds(str(not_after)) - clock.time_ns() / 1e9) / _DAY_SECONDS
    found = f"is valid until {not_after}"
    if days < 0:
        return broken(subject, f"expired on {not_after}", "Renew it; it is read again without a restart.")
    if days < _SOON_DAYS:
        return warning(subject, found, "Renew it; it is read again without a restart.")
    return ok(subject, found)


def _handshake(server_context: ssl.SSLContext, path: Path) -> dict[str, object]:
    """Return what a client sees that trusts just this certificate, by a handshake in memory."""
    client_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client_context.check_hostname = False
    client_context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    client_context.load_verify_locations(path)
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server)
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client, server):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return dict(client.getpeercert() or {})
