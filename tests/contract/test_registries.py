"""What every registry of bundles owes to those who promote, and to agents that follow."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from opensearchpy import OpenSearch

from burl.bundle import Bundle
from burl.bundle.directory import DirectoryRegistry
from burl.bundle.opensearch import OpenSearchRegistry
from burl.bundle.registry import Registry
from burl.clock import SystemClock
from burl.engine.champion import Followed
from burl.errors import BundleError, Retryable
from burl.write.opensearch import connect
from burl.write.settings import OpenSearchSettings
from support.bundles import BUNDLE, another
from support.damaged_bundles import DAMAGES, Damage, Directory, Documents, Place, damaged_copy


@dataclass
class Shelf:
    """A registry, another look at it, and the place of a bundle in it."""

    registry: Registry
    again: Callable[[], Registry]
    place: Callable[[str], Place]


@pytest.fixture(params=["directory", pytest.param("opensearch", marks=pytest.mark.integration)])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    if request.param == "directory":
        path = tmp_path / "registry"
        return Shelf(
            DirectoryRegistry(path),
            lambda: DirectoryRegistry(path),
            lambda version: Directory(path / "bundles" / version),
        )
    settings: OpenSearchSettings = request.getfixturevalue("installed")
    client: OpenSearch = request.getfixturevalue("client")
    return Shelf(
        OpenSearchRegistry(client, settings, SystemClock()),
        lambda: OpenSearchRegistry(client, settings, SystemClock()),
        lambda version: Documents(client, f"{settings.prefix}_bundles", version),
    )


def test_promotion_and_the_way_back(shelf: Shelf, tmp_path: Path) -> None:
    registry = shelf.registry
    first = registry.add(BUNDLE).manifest.version
    second = registry.add(another(tmp_path)).manifest.version
    assert registry.add(BUNDLE).manifest.version == first
    assert registry.versions() == [first, second]
    registry.promote(first)
    registry.challenge(second)
    other = shelf.again()
    assert (other.version("champion"), other.version("challenger")) == (first, second)
    other.promote()
    assert (registry.version("champion"), registry.version("challenger")) == (second, "")
    given_up, bundle = registry.rollback()
    assert (given_up, bundle.manifest.version, other.version("champion")) == (second, first, first)
    with pytest.raises(BundleError, match="no champion before"):
        other.rollback()


def test_old_ones_can_be_deleted_but_none_that_somebody_may_need(shelf: Shelf, tmp_path: Path) -> None:
    registry = shelf.registry
    versions = [registry.add(another(tmp_path, number)).manifest.version for number in range(5)]
    before, champion, challenger, older, newer = versions
    registry.promote(before)
    registry.promote(champion)
    registry.challenge(challenger)
    assert registry.prune(keep=2) == []
    assert registry.prune(keep=1) == [older]
    assert shelf.again().versions() == [before, champion, challenger, newer]
    assert registry.prune(keep=0) == [newer]
    assert registry.rollback()[1].manifest.version == before
    assert registry.open("challenger").manifest.version == challenger


def test_a_bundle_comes_out_as_it_went_in(shelf: Shelf) -> None:
    version = shelf.registry.add(BUNDLE).manifest.version
    bundle = shelf.again().open(version)
    assert shelf.registry.manifest(version) == bundle.manifest
    for name in (*bundle.manifest.files, "manifest.json"):
        assert bundle.path(name).read_bytes() == (BUNDLE / name).read_bytes()


def test_what_is_not_there(shelf: Shelf) -> None:
    assert shelf.registry.version("champion") == ""
    assert shelf.registry.versions() == []
    for name in ("champion", "0123456789ab"):
        with pytest.raises(BundleError):
            shelf.registry.open(name)
    with pytest.raises(BundleError):
        shelf.registry.promote()


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_bad_bundle_comes_in_by_no_way(damage: Damage, shelf: Shelf, tmp_path: Path) -> None:
    registry = shelf.registry
    with pytest.raises(BundleError):
        registry.add(damaged_copy(damage, tmp_path))
    assert registry.versions() == []
    version = registry.promote(registry.add(BUNDLE).manifest.version).manifest.version
    registry.challenge(version)
    damage(shelf.place(version))
    for way in (
        lambda: registry.open("champion"),
        lambda: shelf.again().open(version),
        lambda: registry.challenge(version),
        registry.promote,
    ):
        with pytest.raises(BundleError):
            way()
    running = Followed("champion", version="before")
    asyncio.run(running.look(shelf.again(), never))
    assert (running.version, running.refusals) == ("before", 1)
    assert running.refusal


async def never(_: Bundle) -> None:
    """Adopt nothing: a damaged bundle does not come so far."""
    raise AssertionError


@pytest.mark.integration
def test_what_was_fetched_is_there_while_opensearch_is_not(
    installed: OpenSearchSettings, client: OpenSearch, tmp_path: Path
) -> None:
    registry = OpenSearchRegistry(client, installed, SystemClock(), tmp_path / "cache")
    second = registry.add(another(tmp_path)).manifest.version
    version = registry.promote(registry.add(BUNDLE).manifest.version).manifest.version
    assert registry.open(registry.version("champion")).manifest.version == version
    assert not (tmp_path / "cache" / second).exists()
    away = installed.model_copy(update={"hosts": ["http://127.0.0.1:1"]})
    alone = OpenSearchRegistry(connect(away), away, SystemClock(), tmp_path / "cache")
    with pytest.raises(Retryable):
        alone.version("champion")
    assert alone.open(alone.remembered_champion()).manifest.version == version


@pytest.mark.integration
def test_chunks_that_were_lost_come_back_with_the_bundle(
    installed: OpenSearchSettings, client: OpenSearch
) -> None:
    registry = OpenSearchRegistry(client, installed, SystemClock())
    version = registry.add(BUNDLE).manifest.version
    place = Documents(client, f"{installed.prefix}_bundles", version)
    place.remove("templates.json")
    with pytest.raises(BundleError, match="has no"):
        registry.open(version)
    assert registry.add(BUNDLE).manifest.version == version


@pytest.mark.integration
def test_without_its_index_it_says_what_to_do(
    opensearch_settings: OpenSearchSettings, client: OpenSearch
) -> None:
    with pytest.raises(BundleError, match="platform install"):
        OpenSearchRegistry(client, opensearch_settings, SystemClock()).add(BUNDLE)
