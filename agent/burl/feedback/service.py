"""`burl.feedback.v1.FeedbackService`: verdicts over gRPC, on the port that logs come in by."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import grpc
import orjson
from google.protobuf.message import Message
from grpc import aio

from burl.errors import InputError, NotThereError, SinkError, Unauthenticated
from burl.feedback.desk import Desk
from burl.feedback.verdict import Judgement, Scope, Verdict
from burl_proto.feedback.v1 import feedback_pb2 as pb

SERVICE = "burl.feedback.v1.FeedbackService"
_LIST_LIMIT = 100
_JUDGEMENTS: dict[int, Judgement] = {
    pb.JUDGEMENT_ANOMALY: "anomaly",
    pb.JUDGEMENT_NORMAL: "normal",
    pb.JUDGEMENT_MISSED: "missed",
}
_SCOPES: dict[int, Scope] = {
    pb.SCOPE_TEMPLATE: "template",
    pb.SCOPE_SEQUENCE: "sequence",
    pb.SCOPE_SERVICE: "service",
    pb.SCOPE_EVERYWHERE: "everywhere",
}
_LOG = logging.getLogger(__name__)
Asked = TypeVar("Asked", bound=Message)
Context = aio.ServicerContext[Any, Any]
_CODES: tuple[tuple[type[Exception], grpc.StatusCode], ...] = (
    (Unauthenticated, grpc.StatusCode.UNAUTHENTICATED),
    (NotThereError, grpc.StatusCode.NOT_FOUND),
    (InputError, grpc.StatusCode.INVALID_ARGUMENT),
    (SinkError, grpc.StatusCode.UNAVAILABLE),
)


class FeedbackService:
    """The service; every call shows the token that senders show."""

    def __init__(self, desk: Desk, look: Callable[[], Awaitable[None]], check: Callable[[str], None]) -> None:
        """Serve `desk`.

        Args:
            desk: takes the verdicts.
            look: has this agent apply what changed.
            check: takes a call's `authorization`; raises Unauthenticated.
        """
        self._desk, self._look, self._check = desk, look, check

    def handler(self) -> "grpc.GenericRpcHandler[Any, Any]":
        """Return what a gRPC server needs to serve it."""
        methods = {
            "GiveVerdict": self._method(pb.GiveVerdictRequest, self._give),
            "UndoVerdict": self._method(pb.UndoVerdictRequest, self._undo),
            "ListVerdicts": self._method(pb.ListVerdictsRequest, self._list),
            "ListSuppressions": self._method(pb.ListSuppressionsRequest, self._suppressions),
        }
        return grpc.method_handlers_generic_handler(SERVICE, methods)

    def _method(
        self, request: type[Asked], work: Callable[[Asked], Awaitable[Message]]
    ) -> "grpc.RpcMethodHandler[Any, Any]":
        async def call(asked: Asked, context: Context) -> Message:
            try:
                self._check(str(dict(context.invocation_metadata() or ()).get("authorization", "")))
                return await work(asked)
            except Exception as error:
                code = next((code for kind, code in _CODES if isinstance(error, kind)), None)
                if code is None:
                    _LOG.exception("a call of the feedback service failed")
                await context.abort(
                    code or grpc.StatusCode.INTERNAL, str(error) if code else "internal error"
                )
                raise

        return grpc.unary_unary_rpc_method_handler(call, request.FromString, request.SerializeToString)

    async def _give(self, asked: pb.GiveVerdictRequest) -> Message:
        if asked.judgement not in _JUDGEMENTS or not asked.WhichOneof("subject"):
            raise InputError("say what the verdict is, and what it is about")
        verdict = Verdict(
            judgement=_JUDGEMENTS[asked.judgement],
            scope=_SCOPES.get(asked.scope),
            who=asked.user_name,
            note=asked.note,
            kind=asked.label,
            expires_ns=asked.expires_unix_nano or None,
        )
        given = await asyncio.to_thread(self._given, verdict, asked)
        await self._look()
        return pb.GiveVerdictResponse(verdict_ids=[document["id"] for document in given])

    def _given(self, verdict: Verdict, asked: pb.GiveVerdictRequest) -> list[dict[str, Any]]:
        if not asked.HasField("missed"):
            return self._desk.mark(verdict, anomaly_id=asked.anomaly_id, incident_id=asked.incident_id)
        line = asked.missed
        return [self._desk.missed(verdict, line.original, line.service_name, line.log_record_uid)]

    async def _undo(self, asked: pb.UndoVerdictRequest) -> Message:
        await asyncio.to_thread(self._desk.undo, asked.verdict_id, asked.user_name)
        await self._look()
        return pb.UndoVerdictResponse()

    async def _list(self, asked: pb.ListVerdictsRequest) -> Message:
        found = await asyncio.to_thread(self._desk.verdicts, asked.limit or _LIST_LIMIT)
        return pb.ListVerdictsResponse(documents_json=map(orjson.dumps, found))

    async def _suppressions(self, _: pb.ListSuppressionsRequest) -> Message:
        version, found = await asyncio.to_thread(self._desk.versioned_suppressions)
        return pb.ListSuppressionsResponse(version=version, documents_json=map(orjson.dumps, found))
