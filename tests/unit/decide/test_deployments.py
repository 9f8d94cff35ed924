from typing import Any

import numpy as np
import pytest

from burl.decide.deployments import Deployments
from burl.receive.batch import Identity, StreamTable

SECOND_NS = 10**9
GRACE_SECONDS = 60.0


class World:
    """Streams of one namespace, and what was deployed there."""

    def __init__(self, **settings: Any) -> None:
        self.streams = StreamTable()
        self._settings = {"grace_seconds": GRACE_SECONDS} | settings
        self.deployments = Deployments(streams=self.streams, **self._settings)

    def write(self, pod: str, second: int, **fields: str) -> int:
        """Let a pod write at a time; return its stream."""
        names = {name.replace("_", "."): value for name, value in fields.items()}
        stream = self.streams.add(Identity("shop", pod, "app", "cart", names))
        self.write_on(stream, second)
        return stream

    def write_on(self, stream: int, second: int) -> None:
        """Let a stream write at a time, the same as it is."""
        times_ns = np.array([second * SECOND_NS], dtype=np.int64)
        self.deployments.observe(np.array([stream], dtype=np.int64), times_ns)

    def version_at(self, stream: int, second: int) -> str:
        """Return what was deployed to a stream of late; nothing where the grace is over."""
        found = self.deployments.of(stream, second * SECOND_NS)
        return found.version if found else ""

    def restarted(self) -> "World":
        """Return a world that continues from this one's state."""
        other = World(**self._settings)
        other.streams.restore(self.streams.state())
        other.deployments.restore(self.deployments.state())
        return other


def test_the_first_version_is_none_that_was_deployed() -> None:
    world = World()
    assert world.version_at(world.write("a", 1000, service_version="1"), 1000) == ""


def test_another_version_has_its_grace_and_no_longer() -> None:
    world = World()
    old = world.write("a", 1000, service_version="1")
    new = world.write("b", 2000, service_version="2")
    assert world.version_at(new, 2000) == "2"
    assert world.version_at(new, 2059) == "2"
    assert world.version_at(new, 2060) == ""
    assert world.version_at(old, 2001) == ""
    assert world.version_at(world.write("c", 2030, service_version="2"), 2070) == ""


def test_the_way_back_is_no_deployment() -> None:
    world = World()
    world.write("a", 1000, service_version="1")
    world.write("b", 2000, service_version="2")
    assert world.version_at(world.write("c", 3000, service_version="1"), 3000) == ""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"container_image_name": "cart:1"}, {"container_image_name": "cart:2"}),
        (
            {"container_image_name": "cart", "container_image_tag": "1"},
            {"container_image_name": "cart", "container_image_tag": "2"},
        ),
    ],
)
def test_an_image_is_a_version(before: dict[str, str], after: dict[str, str]) -> None:
    world = World()
    world.write("a", 1000, **before)
    assert world.version_at(world.write("b", 2000, **after), 2000) == "cart:2"


def test_the_pod_of_a_stateful_set_keeps_its_name() -> None:
    world = World()
    stream = world.write("cart-0", 1000, service_version="1")
    assert world.write("cart-0", 2000, service_version="2") == stream
    assert world.version_at(stream, 2000) == "2"


def test_a_version_that_was_forgotten_is_new_again_where_it_still_runs() -> None:
    world = World()
    oldest, *_ = [world.write(f"cart-{number}", 1000, service_version=str(number)) for number in range(51)]
    world.write_on(oldest, 2000)
    assert world.version_at(oldest, 2000) == "0"


def test_what_training_knew_makes_the_first_one_new() -> None:
    world = World(known={"shop/cart/app": ["1"]})
    assert world.version_at(world.write("a", 1000, service_version="2"), 1000) == "2"
    assert world.version_at(world.write("b", 1001, service_version="1"), 1001) == ""


def test_without_versions_or_grace_nothing_is_deployed() -> None:
    unnamed = World()
    assert [unnamed.version_at(unnamed.write(pod, 1000), 1000) for pod in "ab"] == ["", ""]
    graceless = World(grace_seconds=0.0)
    for version in "12":
        assert graceless.version_at(graceless.write("a", 1000, service_version=version), 1000) == ""


def test_a_restart_changes_nothing() -> None:
    world = World()
    world.write("a", 1000, service_version="1")
    stream = world.write("b", 2000, service_version="2")
    other = world.restarted()
    before = world.deployments.of(stream, 2010 * SECOND_NS)
    assert before is not None
    assert other.deployments.of(stream, 2010 * SECOND_NS) == before
