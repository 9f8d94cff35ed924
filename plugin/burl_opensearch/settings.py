"""Settings of what is installed in the log platform; `burl platform` and `status` read the same ones."""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

AlertForm = Literal["none", "slack", "webhook", "mail"]
_SLACK = re.compile(r"hooks\.(gov-)?slack\.com/services/")
"""No other chat program reads the blocks that Slack is sent."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AlertSettings(_Section):
    """Whom an Alerting monitor tells of new incidents, by a channel of the Notifications plugin."""

    form: AlertForm = Field(default="none", description="Kind of channel; `none` installs no monitor.")
    url: SecretStr | None = Field(default=None, description="Address of the webhook, Slack's or any.")
    mail_account: str = Field(
        default="", description="Id of the Notifications plugin's email account (SMTP or SES) that sends."
    )
    mail_to: list[str] = Field(default=[], description="Mail addresses that are told.")
    min_grade: float = Field(default=0.5, ge=0, le=1, description="Incidents below this grade are left out.")

    @model_validator(mode="after")
    def _complete(self) -> "AlertSettings":
        if self.form in {"slack", "webhook"} and self.url is None:
            raise ValueError(f"form {self.form} needs a url")
        if self.form == "slack" and self.url and not _SLACK.search(self.url.get_secret_value()):
            raise ValueError("url is none of hooks.slack.com/services/: use form webhook for other chats")
        if self.form == "mail" and not (self.mail_account and self.mail_to):
            raise ValueError("form mail needs mail_account and mail_to")
        return self


class PlatformSettings(_Section):
    """What `burl platform install` puts up beside templates and indices, where the cluster can."""

    retention_days: int = Field(
        default=90, ge=1, description="Age at which indices of annotations and counts are deleted."
    )
    logs_retention_days: int = Field(
        default=14, ge=1, description="The same for logs that the agent writes (`write.mode: enrich`)."
    )
    dashboards_url: str = Field(
        default="", description="OpenSearch Dashboards, for imports and for the link in alerts; empty: none."
    )
    raw_index: str = Field(
        default="",
        description="Index pattern of the raw logs, for the dashboards; empty: the logs that agents write.",
    )
    console_url: str = Field(
        default="http://127.0.0.1:8317",
        pattern="^https?://",
        description="Where people reach `burl console`: the dashboards send them there to give a verdict.",
    )
    alerts: AlertSettings = Field(default=AlertSettings(), description="Who is told of incidents.")
