"""Settings of the console."""

import ipaddress
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

DEFAULT_LISTEN = "127.0.0.1:8317"


class ConsoleSettings(BaseModel):
    """The web page for people, served by `burl console`, and by `burl run` where it is enabled."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(default=False, description="Have `burl run` serve it, too.")
    listen: str = Field(
        default=DEFAULT_LISTEN,
        pattern=r"^(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+):\d{1,5}$",
        description="Address and port; one that others can reach needs a token.",
    )
    token: SecretStr | None = Field(
        default=None, description="What people show to be let in; better given by environment."
    )
    days: int = Field(default=30, ge=1, description="Days before the newest incident that lists go back.")

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        if self.token is None and not is_loopback(self.listen):
            raise ValueError(f"listen {self.listen} can be reached by others: set a token")
        return self


def is_loopback(address: str) -> bool:
    """Return True when only this machine can reach `host:port`."""
    host = address.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
