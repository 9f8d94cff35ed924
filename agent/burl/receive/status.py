"""The one way from an error to a gRPC status (OTLP specification, section "Failures").

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

from burl.errors import Refused, Retryable, Undecodable

DETAILS_KEY = "grpc-status-details-bin"
_RETRY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A gRPC status.

    Attributes:
        code: the status code.
        text: one line for the sender's log.
        reason: the metric's label.
        trailing_metadata: `google.rpc.Status` with RetryInfo, where the sender shall try again.
    """

    code: grpc.StatusCode
    text: str
    reason: str
    trailing_metadata: tuple[tuple[str, bytes], ...] = ()


def answer(error: Exception) -> Answer:
    """Return the status to answer `error` with."""
    if isinstance(error, Undecodable):
        return Answer(grpc.StatusCode.INVALID_ARGUMENT, f"no OTLP logs request: {error}", "undecodable")
    if isinstance(error, Refused):
        return _unavailable(error.reason, error.reason, error.retry_seconds)
    if isinstance(error, Retryable):
        return _unavailable("the store did not take it", "store", _RETRY_SECONDS)
    return _unavailable("internal error", "internal_error", _RETRY_SECONDS)


def _unavailable(text: str, reason: str, retry_seconds: float) -> Answer:
    code = grpc.StatusCode.UNAVAILABLE
    number: Any = code.value[0]
    delay = Duration()
    delay.FromNanoseconds(int(retry_seconds * 1e9))
    status = Status(code=number, message=text)
    status.details.add().Pack(RetryInfo(retry_delay=delay))
    return Answer(code, text, reason, ((DETAILS_KEY, status.SerializeToString()),))
