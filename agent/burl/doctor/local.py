"""What is on this machine: the bundle, the state directory, the ports."""

import os
import shutil
import socket
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from burl.bundle import load_bundle
from burl.bundle.factory import make_registry
from burl.clock import Clock
from burl.config import Settings
from burl.doctor.check import Check, broken, ok, warning
from burl.engine.settings import StateSettings
from burl.errors import BurlError, UserError
from burl.receive.server import LOGS_SERVICE
from burl.receive.settings import ReceiveSettings

_ANSWER_SECONDS = 2.0
_OTHERS = 0o077


def check_local(settings: Settings, clock: Clock) -> list[Check]:
    """Look at everything that needs no network, and at the bundle."""
    return [
        check_bundle(settings, clock),
        check_state(settings.state),
        *check_ports(settings),
        *check_token_file(settings.receive),
    ]


def check_bundle(settings: Settings, clock: Clock) -> Check:
    """Load the bundle as the agent would."""
    if settings.bundle.registry:
        return _check_registry(settings, clock)
    if settings.bundle.path is None:
        return ok("bundle", "none: new templates and rates are learnt while running")
    try:
        manifest = load_bundle(settings.bundle.path).manifest
    except UserError as error:
        return broken("bundle", str(error), "Train one with `burl train`, or give the path of one.")
    return ok("bundle", f"{manifest.version}, trained {manifest.training.created}")


def check_state(settings: StateSettings) -> Check:
    """Look whether the state directory can be used, by us alone, and has room."""
    subject = f"state.directory {settings.directory}"
    there = _existing(settings.directory)
    try:
        free = shutil.disk_usage(there).free
        mode = settings.directory.stat().st_mode if settings.directory.exists() else 0
    except OSError as error:
        return broken(subject, error.strerror or str(error), "Give the agent a directory of its own.")
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        return broken(subject, "cannot be written", "Give the agent a directory of its own.")
    if mode & _OTHERS:
        return warning(subject, "can be read by others: the journal holds logs", "chmod 700 it.")
    need = 3 * settings.checkpoint_bytes  # two journals, and the checkpoint between them
    if free < need:
        return warning(subject, f"has {free >> 20} MiB free", f"Have at least {need >> 20} MiB.")
    return ok(subject, f"can be written, {free >> 20} MiB free")


def check_ports(settings: Settings) -> list[Check]:
    """Look whether the addresses are free, or an agent listens there already."""
    addresses = {
        "receive.listen": settings.receive.listen,
        "receive.http_listen": settings.receive.http_listen,
        "telemetry.metrics_listen": settings.telemetry.metrics_listen or "",
    }
    if "http_listen" not in settings.receive.model_fields_set:
        del addresses["receive.http_listen"]  # done without, when it is taken
    ours = not settings.receive.tls and _agent_listens(settings.receive.listen)
    return [_check_port(name, address, ours=ours) for name, address in addresses.items() if address]


def check_token_file(settings: ReceiveSettings) -> list[Check]:
    """Look whether others can read the tokens."""
    if settings.token_file is None:
        return []
    subject = f"receive.token_file {settings.token_file}"
    if settings.token_file.stat().st_mode & _OTHERS:
        return [warning(subject, "can be read by others", "chmod 600 it.")]
    return [ok(subject, "can be read by us alone")]


def _check_registry(settings: Settings, clock: Clock) -> Check:
    subject = f"bundle.registry {settings.bundle.registry}"
    try:
        registry = make_registry(settings.bundle, settings.write.opensearch, clock)
        if registry is None or not registry.version("champion"):
            return warning(
                subject,
                "has no champion: new templates and rates are learnt while running",
                "`burl bundle add BUNDLE`, then `burl bundle promote`.",
            )
        manifest = registry.open("champion").manifest
    except BurlError as error:
        return broken(subject, str(error), "Roll back, or add that bundle again: `burl bundle`.")
    return ok(subject, f"champion {manifest.version}, trained {manifest.training.created}")


def _existing(path: Path) -> Path:
    """Return `path`, or the nearest folder above it that is there."""
    return next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.exists())


def _check_port(name: str, address: str, *, ours: bool) -> Check:
    host, _, port = address.rpartition(":")
    try:
        family, *_, where = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)[0]
        socket.create_server(where[:2], family=family).close()
    except OSError as error:
        if ours:
            return ok(f"{name} {address}", "an agent listens there")
        return broken(
            f"{name} {address}",
            error.strerror or str(error),
            "Stop what listens there, or change the address.",
        )
    return ok(f"{name} {address}", "is free")


def _agent_listens(address: str) -> bool:
    request = health_pb2.HealthCheckRequest(service=LOGS_SERVICE)
    with grpc.insecure_channel(address) as channel:
        try:
            health_pb2_grpc.HealthStub(channel).Check(request, timeout=_ANSWER_SECONDS)
        except grpc.RpcError:
            return False
    return True
