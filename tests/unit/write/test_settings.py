from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from burl.errors import ConfigError
from burl.write.opensearch import connect
from burl.write.settings import OpenSearchSettings, WebhookSettings, WriteSettings


@pytest.mark.parametrize(
    "wrong",
    [
        {"hosts": ["127.0.0.1:9200"]},
        {"hosts": ["http://me:secret@host:9200"]},
        {"hosts": []},
        {"prefix": "Burl"},
        {"dataset": "a-b"},
        {"password": "x", "password_file": "y"},
        {"pasword": "x"},
        {"request_timeout_seconds": 0},
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OpenSearchSettings(**wrong)


def test_only_http_addresses_are_told() -> None:
    with pytest.raises(ValidationError):
        WebhookSettings(url=SecretStr("file:///etc/passwd"))


def test_secrets_do_not_show() -> None:
    settings = WriteSettings.model_validate(
        {"opensearch": {"password": "hunter2"}, "webhook": {"url": "https://hooks.example/hunter2"}}
    )
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in settings.model_dump_json()


def test_a_password_comes_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("hunter2\n")
    assert OpenSearchSettings(password_file=path).secret() == "hunter2"
    with pytest.raises(ConfigError, match="absent"):
        OpenSearchSettings(password_file=tmp_path / "absent").secret()


def test_a_missing_authority_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="ca_file"):
        connect(OpenSearchSettings(hosts=["https://127.0.0.1:1"], ca_file=tmp_path / "ca.pem"))
