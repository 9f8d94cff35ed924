import subprocess
from pathlib import Path

import pytest

from burl.clock import ManualClock, SystemClock
from burl.doctor.certificates import check_certificates
from burl.receive.settings import TlsSettings

DAY_NS = 86_400 * 10**9


def certificate(folder: Path, name: str, *, days: int) -> tuple[Path, Path]:
    cert, key = folder / f"{name}.crt", folder / f"{name}.key"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]
    files = ["-keyout", str(key), "-out", str(cert), "-days", str(days), "-subj", f"/CN={name}"]
    subprocess.run([*command, *files], check=True, capture_output=True)
    return cert, key


def test_a_good_certificate_is_ok(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path, "burl", days=90)
    checks = check_certificates(TlsSettings(cert_file=cert, key_file=key, client_ca_file=cert), SystemClock())
    assert [check.state for check in checks] == ["ok", "ok"]
    assert "valid until" in checks[0].found


def test_one_that_soon_ends_is_a_warning_and_then_broken(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path, "burl", days=20)
    tls = TlsSettings(cert_file=cert, key_file=key)
    now_ns = SystemClock().time_ns()
    later = [check_certificates(tls, ManualClock(now_ns + days * DAY_NS))[0].state for days in (0, 10, 21)]
    assert later == ["ok", "warning", "broken"]


def test_a_key_of_another_certificate_is_broken(tmp_path: Path) -> None:
    cert, _ = certificate(tmp_path, "burl", days=90)
    _, other = certificate(tmp_path, "other", days=90)
    (check,) = check_certificates(TlsSettings(cert_file=cert, key_file=other), SystemClock())
    assert check.state == "broken"
    assert "mismatch" in check.found.lower()


@pytest.mark.parametrize("content", ["", "nothing of the kind"])
def test_what_is_no_certificate_is_broken(tmp_path: Path, content: str) -> None:
    cert, key = certificate(tmp_path, "burl", days=90)
    cert.write_text(content)
    (check,) = check_certificates(TlsSettings(cert_file=cert, key_file=key), SystemClock())
    assert check.state == "broken"
