"""Sends serialised requests to an agent, each until it says OK: what a collector does, without its cost."""

import threading

import grpc

_EXPORT = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"
_PAUSE_SECONDS = 0.02
_MAX_ATTEMPTS = 20_000
_OPTIONS = [
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.min_reconnect_backoff_ms", 50),
    ("grpc.max_reconnect_backoff_ms", 200),
    ("grpc.max_send_message_length", -1),
]
RETRIED = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
    }
)
"""What a collector sends again (OTLP specification; Fluent Bit adds INTERNAL)."""


class RawSender:
    """One connection to an agent on 127.0.0.1."""

    def __init__(self, port: int, attempt_seconds: float = 20.0) -> None:
        """Args: `attempt_seconds` is the deadline of one attempt."""
        self._attempt_seconds = attempt_seconds
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=_OPTIONS)
        self._export = self._channel.unary_unary(_EXPORT, bytes, bytes)
        self.attempts = 0

    def attempt(self, raw: bytes) -> grpc.StatusCode:
        """Send a request once; return the status it was answered with."""
        self.attempts += 1
        try:
            self._export(raw, timeout=self._attempt_seconds)
        except grpc.RpcError as error:
            code: grpc.StatusCode = error.code()
            return code
        return grpc.StatusCode.OK

    def send(self, raw: bytes) -> grpc.StatusCode:
        """Send a request until its answer is final; return that."""
        pause = threading.Event()
        for _ in range(_MAX_ATTEMPTS):
            code = self.attempt(raw)
            if code not in RETRIED:
                return code
            pause.wait(_PAUSE_SECONDS)
        raise AssertionError(f"not taken after {_MAX_ATTEMPTS} attempts")

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()
