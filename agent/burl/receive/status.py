"""The one way from an error to what a sender is answered (OTLP specification, sections "Failures").

The code decides what a sender does: Fluent Bit retries UNAVAILABLE and drops the chunk at INVALID_ARGUMENT
and at UNKNOWN, which is what grpcio makes of an exception that nobody caught. Hence everything unforeseen is
UNAVAILABLE.
"""

from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from burl.errors import Refused, Retryable, TooLarge, Unauthenticated, Undecodable

DETAILS_KEY = "grpc-status-details-bin"
_RETRY_SECONDS = 1.0
_HTTP_STATUSES = {
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.UNAUTHENTICATED: 401,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 413,
    grpc.StatusCode.UNAVAILABLE: 503,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is refused with.

    Attributes:
        code: the gRPC status code.
        text: one line for the sender's log.
        reason: the metric's label.
        retry_seconds: when the sender shall try again; None for never.
    """

    code: grpc.StatusCode
    text: str
    reason: str
    retry_seconds: float | None = None

    @property
    def http_status(self) -> int:
        """The HTTP status that means the same to an OTLP sender."""
        return _HTTP_STATUSES[self.code]

    @property
    def trailing_metadata(self) -> tuple[tuple[str, bytes], ...]:
        """The serialised `google.rpc.Status` where the sender shall try again."""
        return ((DETAILS_KEY, self.message()),) if self.retry_seconds is not None else ()

    def message(self) -> bytes:
        """Return a serialised `google.rpc.Status`, with RetryInfo where the sender shall try again."""
        number: Any = self.code.value[0]
        status = Status(code=number, message=self.text)
        if self.retry_seconds is not None:
            delay = Duration()
            delay.FromNanoseconds(int(self.retry_seconds * 1e9))
            status.details.add().Pack(RetryInfo(retry_delay=delay))
        return bytes(status.SerializeToString())


def answer(error: Exception) -> Answer:
    """Return what to answer `error` with."""
    if isinstance(error, Undecodable):
        return Answer(grpc.StatusCode.INVALID_ARGUMENT, f"no OTLP logs request: {error}", "undecodable")
    if isinstance(error, TooLarge):
        return Answer(grpc.StatusCode.RESOURCE_EXHAUSTED, str(error), "too_large")
    if isinstance(error, Unauthenticated):
        return Answer(grpc.StatusCode.UNAUTHENTICATED, str(error), "unauthenticated")
    if isinstance(error, Refused):
        return _unavailable(error.reason, error.reason, error.retry_seconds)
    if isinstance(error, Retryable):
        return _unavailable("the store did not take it", "store", _RETRY_SECONDS)
    return _unavailable("internal error", "internal_error", _RETRY_SECONDS)


def _unavailable(text: str, reason: str, retry_seconds: float) -> Answer:
    return Answer(grpc.StatusCode.UNAVAILABLE, text, reason, retry_seconds)
