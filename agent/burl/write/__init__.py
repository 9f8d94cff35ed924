"""Findings -> sinks: OpenSearch, embedded SQLite, JSON lines, Fluent Forward, webhook."""

from burl.write.base import Sink, Store
from burl.write.counters import WriteCounters
from burl.write.factory import Counters, make_sinks, make_store
from burl.write.fanout import FanOut
from burl.write.settings import WriteSettings

__all__ = [
    "Counters",
    "FanOut",
    "Sink",
    "Store",
    "WriteCounters",
    "WriteSettings",
    "make_sinks",
    "make_store",
]
