"""What the receive room's settings allow."""

from typing import Any

import pytest
from pydantic import ValidationError

from burl.receive.settings import MIB, ReceiveSettings


@pytest.mark.parametrize("listen", ["127.0.0.1:4317", "localhost:0", "[::1]:4317", "127.1.2.3:4317"])
def test_one_machine_may_use_plain_text(listen: str) -> None:
    assert ReceiveSettings(listen=listen).listen == listen


@pytest.mark.parametrize("listen", ["0.0.0.0:4317", "[::]:4317", "10.0.0.1:4317", "burl.example:4317"])
def test_others_may_not_unless_it_is_said(listen: str) -> None:
    with pytest.raises(ValidationError, match="insecure_public"):
        ReceiveSettings(listen=listen)
    assert ReceiveSettings(listen=listen, insecure_public=True).host == listen.rpartition(":")[0].strip("[]")


@pytest.mark.parametrize(
    "wrong",
    [
        {"listen": "4317"},
        {"http_listen": "0.0.0.0:4318"},
        {"token": "a", "token_file": __file__},
        {"inflight_max_bytes": MIB},
        {"prot": 4317},
        {"tls": {"cert_file": "missing.crt", "key_file": "missing.key"}},
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ReceiveSettings(**wrong)
