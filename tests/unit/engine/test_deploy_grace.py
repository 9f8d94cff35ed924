"""New lines of a new version, through all rooms: grouped by deployment, and no incident."""

from typing import Any

import pytest

from burl.bundle import load_bundle
from burl.config import load_settings, with_options
from burl.pipelines import make_pipeline
from burl.receive.otlp import Decoder
from support import otlp
from support.bundles import BUNDLE

START_NS = 1_795_360_000 * 10**9
NEW = "kernel panic: the disk burns"


class World:
    """The rooms of an agent with the shop's bundle."""

    def __init__(self, grace_seconds: float = 900) -> None:
        options: dict[str, dict[str, Any]] = {
            "receive": {"max_ahead_seconds": 1e9},
            "decide": {"deploy_grace_seconds": grace_seconds, "budget": "200/day"},
        }
        settings = with_options(load_settings(), options)
        self._pipeline = make_pipeline(settings, load_bundle(BUNDLE), None)
        self._decoder = Decoder(settings.receive, self._pipeline.streams)

    def write(self, second: int, pod: str, version: str, line: str = NEW) -> list[dict[str, Any]]:
        """Let a pod of the shop's api write a line; return what is found of new lines."""
        said = otlp.record(line, START_NS + second * otlp.SECOND_NS)
        raw = otlp.request([said], otlp.of_pod(pod) | {"service.version": version})
        found = [
            annotation.document
            for batch in self._decoder.decode(raw, "host", START_NS)
            for annotation in self._pipeline.process(batch).annotations
        ]
        return [one for one in found if one["detector_id"] == "new_template"]


OLD_POD, NEW_POD = "shop-api-d9656504a-7knb5", "shop-api-c1234567b-2abcd"
KNOWN = "INFO [shop.web] [-] shop-api 1.14.2 starting"


@pytest.mark.parametrize("grace_seconds", [900, 0])
def test_new_lines_since_a_deployment_are_grouped_and_open_no_incident(grace_seconds: float) -> None:
    world = World(grace_seconds)
    world.write(0, OLD_POD, "1", KNOWN)
    found = [*world.write(10, NEW_POD, "2"), *world.write(11, NEW_POD, "2", "and the fan is gone")]
    assert len(found) == 2
    if not grace_seconds:
        assert all("incident_id" in one and "deployment.id" not in one for one in found)
        return
    assert all(one["new_since_deploy"] and "incident_id" not in one for one in found)
    assert len({one["deployment.id"] for one in found}) == 1
    assert {one["deployment.version"] for one in found} == {"2"}
    assert {one["deployment.time"] for one in found} == {"2026-11-22T15:06:50.000000000Z"}


def test_others_are_alerted_and_so_is_what_comes_late() -> None:
    world = World()
    world.write(0, OLD_POD, "1", KNOWN)
    world.write(10, NEW_POD, "2", KNOWN)
    (of_old,) = world.write(20, OLD_POD, "1")
    (late,) = world.write(910, NEW_POD, "2", "and the fan is gone")
    for one in (of_old, late):
        assert "incident_id" in one
        assert "new_since_deploy" not in one
