import asyncio
import shutil
from pathlib import Path

import pytest

from burl.bundle import Bundle
from burl.bundle.directory import DirectoryRegistry
from burl.bundle.settings import BundleSettings
from burl.engine.champion import Champion
from burl.errors import BundleError
from support.bundles import BUNDLE, another
from support.waiting import until


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
        await until(lambda: champion.refusals, 10)
        assert champion.version == second
        assert "no bundle" in champion.refusal
        registry.add(BUNDLE)
        adopted.came.clear()
        await adopted.came.wait()
        following.cancel()
        assert adopted.versions == [second, first]

    asyncio.run(main())


def test_a_challenger_runs_in_the_shadow_until_it_is_none(tmp_path: Path) -> None:
    registry = DirectoryRegistry(tmp_path / "registry")
    first = registry.promote(registry.add(BUNDLE).manifest.version).manifest.version
    champion = Champion(BundleSettings(poll_seconds=0.01), registry)
    champion.load()
    shadows: list[str] = []

    async def shadow(bundle: Bundle | None) -> None:
        shadows.append(bundle.manifest.version if bundle else "")

    async def changes(count: int) -> None:
        await until(lambda: len(shadows) >= count, 10)

    async def main() -> None:
        following = asyncio.create_task(champion.follow(Adopted(), shadow))
        second = registry.add(another(tmp_path)).manifest.version
        registry.challenge(second)
        await changes(1)
        aliases = tmp_path / "registry" / "aliases.json"
        kept = aliases.read_text()
        aliases.write_text("no JSON")
        await until(lambda: champion.errors, 10)
        assert champion.refusal
        aliases.write_text(kept)
        registry.challenge(first)
        await changes(2)
        registry.promote(second)
        await changes(4)
        registry.promote(first)
        await changes(5)
        following.cancel()
        assert shadows[:2] == [second, first]
        assert shadows[2:4] == ["", first]
        assert shadows[4] == ""

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
