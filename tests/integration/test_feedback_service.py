"""The feedback service over a real channel, at a real agent."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
import orjson
import pytest
from grpc import aio

from burl.agent import make_agent
from burl.config import load_settings, with_options
from burl.feedback.service import SERVICE
from burl.receive.server import LOGS_SERVICE
from burl.write.base import Store
from burl_proto.feedback.v1 import feedback_pb2 as pb
from support import otlp
from support.bundles import BUNDLE

NOW_NS = 1_700_000_000 * 10**9
STRANGE = "quota of tenant blue exhausted, shedding everything"
STRANGER = "certificate store cannot be opened by anybody"
TOKEN = "let-me-in"


class Client:
    """Speaks to an agent as senders and people's tools do."""

    def __init__(self, channel: aio.Channel, store: Store) -> None:
        self._channel, self.store = channel, store

    async def call(self, method: str, request: Any, answer: Any, token: str = TOKEN) -> Any:
        call = self._channel.unary_unary(
            f"/{SERVICE}/{method}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=answer.FromString,
        )
        return await call(request, metadata=[("authorization", f"Bearer {token}")])

    async def send(self, *bodies: str, second: int) -> None:
        at_ns = NOW_NS + second * otlp.SECOND_NS
        records = [otlp.record(body, at_ns + number) for number, body in enumerate(bodies)]
        export = self._channel.unary_unary(f"/{LOGS_SERVICE}/Export", bytes, bytes)
        raw = otlp.request(records, otlp.of_pod("shop-api-229ff5fb5-dn4qt"))
        await export(raw, metadata=[("authorization", f"Bearer {TOKEN}")])

    def lines(self) -> list[str]:
        return [document["log.record.original"] for document in self.store.annotations()]


def with_agent(directory: Path, use: Callable[[Client], Awaitable[None]]) -> None:
    settings = with_options(
        load_settings(),
        {
            "receive": {"listen": "127.0.0.1:0", "http_listen": "", "token": TOKEN},
            "bundle": {"path": BUNDLE},
            "decide": {"budget": "200/day"},
            "state": {"directory": directory / "state"},
            "write": {"sqlite": {"path": directory / "burl.sqlite"}},
        },
    )

    async def main() -> None:
        agent = make_agent(settings)
        port = await agent.start()
        try:
            async with aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                await use(Client(channel, agent.store))
        finally:
            await agent.stop()

    asyncio.run(main())


async def refused(call: Awaitable[Any]) -> grpc.StatusCode:
    with pytest.raises(aio.AioRpcError) as caught:
        await call
    return caught.value.code()


def test_the_answer_means_that_it_is_hidden_and_undo_brings_it_back(tmp_path: Path) -> None:
    async def use(client: Client) -> None:
        await client.send(STRANGE, second=0)
        finding = client.store.annotations()[0]["anomaly_id"]
        request = pb.GiveVerdictRequest(
            anomaly_id=finding, judgement=pb.JUDGEMENT_NORMAL, user_name="ann", note="new tenant"
        )
        (verdict,) = (await client.call("GiveVerdict", request, pb.GiveVerdictResponse)).verdict_ids
        await client.send(STRANGE, STRANGER, second=1)
        assert client.lines() == [STRANGE, STRANGER]

        found = await client.call(
            "ListSuppressions", pb.ListSuppressionsRequest(), pb.ListSuppressionsResponse
        )
        assert [orjson.loads(document)["id"] for document in found.documents_json] == [verdict]
        undo = pb.UndoVerdictRequest(verdict_id=verdict, user_name="bob")
        await client.call("UndoVerdict", undo, pb.UndoVerdictResponse)
        listed = await client.call("ListVerdicts", pb.ListVerdictsRequest(limit=1), pb.ListVerdictsResponse)
        (newest,) = map(orjson.loads, listed.documents_json)
        assert (newest["verdict"], newest["user.name"]) == ("undo", "bob")

    with_agent(tmp_path, use)


def test_a_missed_line_is_kept(tmp_path: Path) -> None:
    async def use(client: Client) -> None:
        missed = pb.MissedLine(original="it burns", service_name="shop-api")
        request = pb.GiveVerdictRequest(missed=missed, judgement=pb.JUDGEMENT_MISSED)
        await client.call("GiveVerdict", request, pb.GiveVerdictResponse)
        (verdict,) = client.store.verdicts()
        assert (verdict["verdict"], verdict["log.record.original"]) == ("missed", "it burns")

    with_agent(tmp_path, use)


def test_what_is_refused_and_how(tmp_path: Path) -> None:
    async def use(client: Client) -> None:
        unknown = pb.GiveVerdictRequest(anomaly_id="nothing", judgement=pb.JUDGEMENT_NORMAL)
        give = pb.GiveVerdictResponse
        for request, token, code in (
            (unknown, TOKEN, "NOT_FOUND"),
            (unknown, "wrong", "UNAUTHENTICATED"),
            (pb.GiveVerdictRequest(anomaly_id="x"), TOKEN, "INVALID_ARGUMENT"),
            (pb.GiveVerdictRequest(judgement=pb.JUDGEMENT_NORMAL), TOKEN, "INVALID_ARGUMENT"),
            (
                pb.GiveVerdictRequest(missed=pb.MissedLine(original="x"), judgement=pb.JUDGEMENT_NORMAL),
                TOKEN,
                "INVALID_ARGUMENT",
            ),
        ):
            assert (await refused(client.call("GiveVerdict", request, give, token))).name == code

    with_agent(tmp_path, use)
