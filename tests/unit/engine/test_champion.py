import asyncio
import shutil
from pathlib import Path

import pytest

from burl.bundle import Bundle
from burl.bundle.directory import DirectoryRegistry
from burl.bundle.settings import BundleSettings
from burl.engine.champion import Champion
from burl.errors import BundleError
from unit.bundle.test_registry import BUNDLE, another


class Adopted:
    """Remembers what was adopted; tells when something happened."""

    def __init__(self) -> None:
        self.versions: list[str] = []
        self.came = asyncio.Event()
        self.refuse = False

    async def __call__(self, bundle: Bundle | None) -> None:
        self.came.set()
        assert bundle is not None
        if self.refuse:
            raise BundleError("a detector is not installed")
        self.versions.append(bundle.manifest.version)


def test_a_promoted_bundle_is_adopted_and_a_damaged_one_is_not(tmp_path: Path) -> None:
    registry = DirectoryRegistry(tmp_path / "registry")
    first = registry.promote(registry.add(BUNDLE).manifest.version).manifest.version
    champion = Champion(BundleSettings(poll_seconds=0.01), registry)
    started = champion.load()
    assert started is not None
    assert started.manifest.version == champion.version == first

    async def main() -> None:
        adopted = Adopted()
        following = asyncio.create_task(champion.follow(adopted, adopted))
        second = registry.promote(registry.add(another(tmp_path)).manifest.version).manifest.version
        await adopted.came.wait()
        assert adopted.versions == [second]
        shutil.rmtree(tmp_path / "registry" / "bundles" / first)
        (tmp_path / "registry" / "aliases.json").write_text(f'{{"champion": "{first}"}}')
        async with asyncio.timeout(10):
            while not champion.refusals:  # noqa: ASYNC110 - nothing tells when a look was in vain
                await asyncio.sleep(0.01)
        assert champion.version == second
        assert "no bundle" in champion.refusal
        registry.add(BUNDLE)
        adopted.came.clear()
        await adopted.came.wait()
        following.cancel()
        assert adopted.versions == [second, first]

    asyncio.run(main())


def test_without_a_registry_nothing_is_followed() -> None:
    champion = Champion(BundleSettings())
    assert champion.load() is None
    asyncio.run(champion.follow(Adopted(), Adopted()))
    assert champion.refusal == ""


def test_a_champion_that_is_damaged_stops_the_start(tmp_path: Path) -> None:
    registry = DirectoryRegistry(tmp_path)
    version = registry.promote(registry.add(BUNDLE).manifest.version).manifest.version
    (tmp_path / "bundles" / version / "templates.json").write_text("{}")
    with pytest.raises(BundleError, match="damaged"):
        Champion(BundleSettings(), registry).load()
