"""What `auto` trains: sessions also of few lines, and only what the held-out part can calibrate."""

from pathlib import Path

from burl.bundle import load_bundle
from burl.train.trainer import TrainRequest, train


def _line(second: int, text: str) -> str:
    return f"2026-03-01T{10 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z {text}\n"


def _order(number: int) -> list[str]:
    return [
        f"new order {number} opened",
        f"payment for order {number} accepted by the bank after {number % 7} ms",
        f"order {number} packed",
        f"courier left with order {number} from gate {number % 3}",
    ]


def _trained(folder: Path, *, orders: int, heartbeats: int) -> set[str]:
    texts = [text for number in range(orders) for text in _order(40_000 + number)]
    texts += [f"heartbeat {number}" for number in range(heartbeats)]
    log = folder / "app.log"
    log.write_text("".join(_line(second, text) for second, text in enumerate(texts)), encoding="utf-8")
    request = TrainRequest(inputs=[log], out=folder / "bundle", detectors=["auto"])
    train(request, lambda _stage, _fraction: None)
    return {entry.name for entry in load_bundle(request.out).manifest.detectors}


def test_sessions_are_found_in_a_short_log(tmp_path: Path) -> None:
    assert {"event_set", "deeplog"} <= _trained(tmp_path, orders=400, heartbeats=0)


def test_sessions_that_end_before_the_held_out_part_begins_are_left_out(tmp_path: Path) -> None:
    trained = _trained(tmp_path, orders=400, heartbeats=1_600)
    assert "new_template" in trained
    assert not {"event_set", "deeplog"} & trained
