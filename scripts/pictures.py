"""Takes the documentation's pictures again: the demo's page, and the console over what the demo found.

Run by `make pictures`, in Chromium. docs/images/architecture.svg is drawn by hand; the graphs of
docs/performance.md come of `make bench`.
"""

import base64
import os
import tempfile
from pathlib import Path

from burl.clock import SystemClock
from burl.config import load_settings, with_options
from burl.demo.example import DEFAULT, load_example
from burl.demo.outcome import make_outcome
from burl.demo.show import show
from burl.demo.verdicts import give_verdicts
from burl.feedback import Desk
from burl.write.base import Store
from support.browser import Browser, browser
from support.served_console import Served

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
WIDTH = 1180
LIMIT = 10_000


def main() -> None:
    """Run the demo, and look at what it leaves."""
    os.environ["LOGNAME"] = "you"  # who gives verdicts, unless they say
    with tempfile.TemporaryDirectory() as name, browser() as chromium:
        chromium.send("Emulation.setScrollbarsHidden", hidden=True)
        work = Path(name)
        write = show(data=None, out=work, opensearch=None, keep=True)
        chromium.open((work / "demo.html").as_uri())
        take(chromium, "demo", 1130)
        settings = with_options(load_settings(), {"console": {"listen": "127.0.0.1:0"}})
        served = Served(settings.model_copy(update={"write": write}))
        try:
            judge(served.store)
            chromium.open(served.url)
            take(chromium, "console", 760)
            chromium.open(f"{served.url}/incidents/{telling(served.store)}")
            take(chromium, "incident", 760)
        finally:
            served.close()


def judge(store: Store) -> None:
    """Say of the incidents what was really wrong, as a person would have."""
    example = load_example(DEFAULT)
    found = store.annotations(since_ns=0, limit=LIMIT), store.incidents(since_ns=0, limit=LIMIT)
    give_verdicts(Desk(store, SystemClock()), example, make_outcome(example, *found))


def telling(store: Store) -> str:
    """Return the incident that began with the new kind of line which is nearest to a known one."""
    found = {one["anomaly_id"]: one for one in store.annotations(since_ns=0, limit=LIMIT)}
    first = [found[incident["opened_by"]] for incident in store.incidents(since_ns=0, limit=LIMIT)]
    new = [one for one in first if one["anomaly_kind"] == "new_template" and one.get("changed_tokens")]
    return str(min(new, key=lambda one: len(one["changed_tokens"]))["incident_id"])


def take(chromium: Browser, name: str, height: int) -> None:
    """Write a picture of the page as it stands in a window of this height in pixels."""
    size = {"width": WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": False}
    chromium.send("Emulation.setDeviceMetricsOverride", **size)
    light = [{"name": "prefers-color-scheme", "value": "light"}]
    chromium.send("Emulation.setEmulatedMedia", features=light)
    picture = chromium.send("Page.captureScreenshot", format="png")["data"]
    (IMAGES / f"{name}.png").write_bytes(base64.b64decode(picture))


if __name__ == "__main__":
    main()
