"""Settings of the write room."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from burl.errors import ConfigError

_NAME = r"^[a-z0-9][a-z0-9_.]*$"
"""Parts of an index name: they are joined with `-`, so they hold none."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OpenSearchSettings(_Section):
    """Where OpenSearch is, and who we are to it."""

    hosts: list[str] = Field(
        default=["http://127.0.0.1:9200"], min_length=1, description="URLs of the nodes, http:// or https://."
    )
    username: str = Field(default="", description="User of basic authentication; empty: none.")
    password: SecretStr | None = Field(default=None, description="Its password; better given by environment.")
    password_file: Path | None = Field(default=None, description="File that holds the password.")
    ca_file: Path | None = Field(
        default=None, description="PEM file of the authority that signed the server's certificate."
    )
    client_cert_file: Path | None = Field(
        default=None, description="PEM certificate that we show, instead of or beside a password."
    )
    client_key_file: Path | None = Field(default=None, description="PEM key of that certificate.")
    insecure_skip_verify: bool = Field(
        default=False,
        description="Accept any certificate: whoever is in between can then read and change all.",
    )
    prefix: str = Field(default="burl", pattern=r"^[a-z0-9]+$", description="First word of all index names.")
    dataset: str = Field(default="default", pattern=_NAME, description="Second part of dated index names.")
    namespace: str = Field(default="default", pattern=_NAME, description="Third part of dated index names.")
    request_timeout_seconds: float = Field(default=10.0, gt=0, description="Limit of one request.")
    write_timeout_seconds: float = Field(
        default=5.0,
        gt=0,
        description="Limit of one write's own retries; senders are then refused until it works.",
    )
    bulk_max_bytes: int = Field(default=5 << 20, ge=1024, description="Size of one bulk request, in bytes.")

    @field_validator("hosts")
    @classmethod
    def _urls(cls, hosts: list[str]) -> list[str]:
        for host in hosts:
            if not host.startswith(("http://", "https://")):
                raise ValueError(f"{host!r} must start with http:// or https://")
            if "@" in host:
                raise ValueError("a host holds no user or password: set username and password_file")
        return hosts

    @model_validator(mode="after")
    def _one_password(self) -> "OpenSearchSettings":
        if self.password is not None and self.password_file is not None:
            raise ValueError("give password or password_file, not both")
        return self

    def secret(self) -> str:
        """Return the password. Raises ConfigError when its file cannot be read."""
        if self.password_file is None:
            return self.password.get_secret_value() if self.password else ""
        try:
            return self.password_file.read_text("utf-8").rstrip("\r\n")
        except OSError as error:
            raise ConfigError(f"password_file {self.password_file}: {error.strerror}") from None


class SqliteSettings(_Section):
    """The embedded store, for one agent."""

    path: Path = Field(default=Path("burl.sqlite"), description="Database file; made with mode 0600.")
    max_documents: int = Field(
        default=1_000_000, ge=1, description="The oldest beyond this many are deleted; verdicts are kept."
    )


class JsonlSettings(_Section):
    """Documents as JSON lines."""

    path: Path = Field(description="File that lines are added to.")


class ForwardSettings(_Section):
    """Fluent Forward: documents passed on to a Fluent Bit or Fluentd."""

    host: str = Field(default="127.0.0.1", description="Host of the `forward` input.")
    port: int = Field(default=24224, ge=1, le=65535, description="Its port.")
    tag: str = Field(
        default="burl", min_length=1, description="Tag; `.annotation`, `.incident` ... is added."
    )
    timeout_seconds: float = Field(default=5.0, gt=0, description="Limit of one attempt.")
    write_timeout_seconds: float = Field(default=60.0, gt=0, description="Limit of all attempts together.")


class WebhookSettings(_Section):
    """A web address that is told of incidents when they open and when they close."""

    url: SecretStr = Field(description="Address, http(s); a secret, since Slack's contain their token.")
    form: Literal["json", "slack"] = Field(default="json", description="Body: the incident, or Slack's text.")
    min_grade: float = Field(default=0.0, ge=0, le=1, description="Incidents below this grade are left out.")
    link: str = Field(default="", description="Address in Slack's text; `{incident_id}` becomes the id.")
    timeout_seconds: float = Field(default=3.0, gt=0, description="Limit of one attempt.")
    write_timeout_seconds: float = Field(default=30.0, gt=0, description="Limit of all attempts together.")

    @field_validator("url")
    @classmethod
    def _http(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return url


class UpdateSettings(_Section):
    """Flagged log documents, marked where they are (`write.mode: update`): plain indices only."""

    index: str = Field(default="logs-*", min_length=1, description="Index or pattern of the log documents.")
    uid_fields: list[str] = Field(
        default=["log.record.uid", "log_record_uid"],
        min_length=1,
        description="Fields of theirs that hold the record's uid.",
    )
    write_timeout_seconds: float = Field(
        default=60.0, gt=0, description="How long a document is waited for that is not there yet."
    )


class WriteSettings(_Section):
    """Where findings go. The store decides whether a sender is answered OK; other sinks never hold it up."""

    mode: Literal["annotate", "enrich", "update"] = Field(
        default="annotate",
        description="`annotate`: findings are documents of their own, logs are left alone."
        " `enrich`: the agent writes the logs, too. `update`: flagged documents of others are marked.",
    )
    store: Literal["sqlite", "opensearch"] = Field(
        default="sqlite", description="`sqlite`: embedded, one agent only. `opensearch`: shared."
    )
    opensearch: OpenSearchSettings = Field(default=OpenSearchSettings(), description="The shared store.")
    sqlite: SqliteSettings = Field(default=SqliteSettings(), description="The embedded store.")
    jsonl: JsonlSettings | None = Field(default=None, description="JSON lines too.")
    forward: ForwardSettings | None = Field(default=None, description="Fluent Forward too.")
    webhook: WebhookSettings | None = Field(default=None, description="Incidents to a web address too.")
    update: UpdateSettings = Field(default=UpdateSettings(), description="Which documents are marked.")

    @model_validator(mode="after")
    def _logs_want_opensearch(self) -> "WriteSettings":
        if self.mode != "annotate" and self.store != "opensearch":
            raise ValueError(f"mode {self.mode} needs store: opensearch")
        return self
