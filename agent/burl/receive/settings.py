"""Settings of the receive room."""

import ipaddress
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, FilePath, SecretStr, model_validator

from burl.receive.redaction_settings import RedactSettings

MIB = 1024 * 1024
_ADDRESS = r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+):\d{1,5}"


class TlsSettings(BaseModel):
    """Certificates of both doors, read again when they change.

    With `client_ca_file` senders must show one of their own (mTLS).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    cert_file: FilePath = Field(description="PEM certificate chain that the server shows.")
    key_file: FilePath = Field(description="PEM private key of that certificate.")
    client_ca_file: FilePath | None = Field(
        default=None, description="PEM of the CA that signs senders' certificates; set, it makes them a duty."
    )


class IdentitySettings(BaseModel):
    """Which attributes name streams and services; the first that a record or its resource has wins.

    Nested maps are reached with dots (`kubernetes.labels.app`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    namespace_attributes: tuple[str, ...] = Field(
        default=("k8s.namespace.name", "kubernetes.namespace_name", "service.namespace"),
        description="Attributes that name the namespace.",
    )
    pod_attributes: tuple[str, ...] = Field(
        default=("k8s.pod.name", "kubernetes.pod_name"), description="Attributes that name the pod."
    )
    container_attributes: tuple[str, ...] = Field(
        default=("k8s.container.name", "kubernetes.container_name"),
        description="Attributes that name the container.",
    )
    service_attributes: tuple[str, ...] = Field(
        default=(),
        description="Attributes that name the service; empty: the pod's name without what a rollout changes.",
    )
    cache_entries: int = Field(
        default=8192,
        ge=1,
        description="Distinct sets of attributes whose stream is remembered; as many as there are streams if"
        " these are more.",
    )


class ReceiveSettings(BaseModel):
    """How records come in, over gRPC and from files."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    listen: str = Field(
        default="127.0.0.1:4317",
        pattern=rf"^{_ADDRESS}$",
        description="Address and port of the OTLP/gRPC door.",
    )
    http_listen: str = Field(
        default="127.0.0.1:4318",
        pattern=rf"^({_ADDRESS})?$",
        description="Address and port of the OTLP/HTTP door; empty: none. Unless it is set, a taken port"
        " is done without.",
    )
    tls: TlsSettings | None = Field(default=None, description="Certificates; none: plain text.")
    insecure_public: bool = Field(
        default=False, description="Allow plain text on an address that others can reach."
    )
    token: SecretStr | None = Field(
        default=None, description="Bearer token that senders must show; better given by environment."
    )
    token_file: FilePath | None = Field(
        default=None, description="File of such tokens, one a line, read again when it changes."
    )
    message_max_bytes: int = Field(default=64 * MIB, ge=MIB, description="Largest request, decompressed.")
    inflight_max_bytes: int = Field(
        default=256 * MIB, description="Bytes of requests not yet answered; above it senders are put off."
    )
    max_requests: int = Field(
        default=256, ge=1, description="Requests not yet answered; above it senders are put off."
    )
    max_connections: int = Field(
        default=512, ge=1, description="Connections to each door; above it new ones are closed."
    )
    read_timeout_seconds: float = Field(
        default=30.0, gt=0, description="What a sender has to bring its whole request."
    )
    record_max_bytes: int = Field(default=2 * MIB, ge=1024, description="Longer bodies are cut and marked.")
    max_ahead_seconds: float = Field(
        default=3600.0, ge=0, description="A record's time further ahead of its arrival is not believed."
    )
    body_keys: tuple[str, ...] = Field(
        default=("log", "message"), description="Keys that hold the text when a body is a map."
    )
    uid_attributes: tuple[str, ...] = Field(
        default=("log.record.uid", "log_record_uid"), description="Attributes that hold a record's own id."
    )
    sender_attribute: str = Field(
        default="", description="Resource attribute that names the sender; empty: the peer's host."
    )
    max_streams: int = Field(
        default=8_000,
        ge=1,
        description="Streams known at once; of more, the one longest silent makes room, or one overflow"
        " stream takes the new ones. A quarter is kept for known services; of the rest new services of one"
        " namespace get no more than are free.",
    )
    stream_memory_seconds: float = Field(
        default=3600.0, gt=0, description="A stream silent for less than this does not make room for another."
    )
    redact: RedactSettings = Field(
        default_factory=RedactSettings,
        description="What is replaced in bodies and attributes before anything else sees them.",
    )
    identity: IdentitySettings = Field(
        default_factory=IdentitySettings, description="What names streams and services."
    )

    @property
    def host(self) -> str:
        """The host part of `listen`, without brackets."""
        return _host(self.listen)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.inflight_max_bytes < self.message_max_bytes:
            raise ValueError("inflight_max_bytes must be at least message_max_bytes")
        if self.token and self.token_file:
            raise ValueError("give token or token_file, not both")
        for name, address in (("listen", self.listen), ("http_listen", self.http_listen)):
            if address and not (self.tls or self.insecure_public or _is_loopback(_host(address))):
                raise ValueError(
                    f"{name} {address} can be reached by others in plain text: "
                    "set tls, listen on 127.0.0.1, or say insecure_public: true"
                )
        return self


def _host(address: str) -> str:
    return address.rpartition(":")[0].strip("[]")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
