"""`burl doctor` at a real OpenSearch, and beside an agent's door."""

import asyncio

import pytest
from opensearchpy import OpenSearch

from burl.clock import ManualClock, SystemClock
from burl.config import Settings
from burl.doctor.local import check_ports
from burl.doctor.store import check_opensearch
from burl.receive.server import Door
from burl.receive.settings import ReceiveSettings
from burl.write.names import IndexNames
from burl.write.settings import OpenSearchSettings
from support.doors import Decoding, Target, serve


@pytest.mark.integration
def test_a_platform_that_is_installed_is_ok_and_stays_as_it_is(
    installed: OpenSearchSettings, client: OpenSearch, prefix: str
) -> None:
    checks = check_opensearch(installed, SystemClock())
    assert {check.state for check in checks} == {"ok"}
    assert len(checks) == 3
    alias = IndexNames(prefix).alias("incidents")
    client.indices.refresh(index=alias)
    assert client.count(index=alias)["count"] == 0


@pytest.mark.integration
def test_a_platform_that_is_not_is_broken(opensearch_settings: OpenSearchSettings) -> None:
    (check,) = check_opensearch(opensearch_settings, SystemClock())
    assert check.state == "broken"
    assert "burl platform install" in check.advice


@pytest.mark.integration
def test_a_clock_that_is_wrong_is_a_warning(installed: OpenSearchSettings) -> None:
    checks = check_opensearch(installed, ManualClock(SystemClock().time_ns() - 3600 * 10**9))
    assert [check.state for check in checks] == ["ok", "ok", "warning"]


def test_a_port_where_an_agent_listens_is_ours() -> None:
    async def use(target: Target, _: Door) -> None:
        settings = Settings(receive=ReceiveSettings(listen=f"127.0.0.1:{target.grpc_port}"))
        (check,) = await asyncio.to_thread(check_ports, settings)
        assert (check.state, check.found) == ("ok", "an agent listens there")

    serve(Decoding(), use)
