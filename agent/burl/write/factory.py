"""Settings -> the store, and the sinks beside it."""

import random
from contextlib import suppress

from burl.clock import Clock
from burl.errors import Retryable
from burl.write.backoff import Retry
from burl.write.base import Sink, Store
from burl.write.counters import WriteCounters
from burl.write.fanout import Background
from burl.write.jsonl import JsonlSink
from burl.write.settings import OpenSearchSettings, WriteSettings
from burl.write.sqlite import SqliteStore

Counters = dict[str, WriteCounters]
"""The counters of each sink by its name; filled while sinks are made."""


def make_store(settings: WriteSettings, clock: Clock, rng: random.Random, counters: Counters) -> Store:
    """Return the store that decides whether a sender is answered OK.

    An OpenSearch that cannot be reached is no error: the store is not `healthy` until it can.

    Raises:
        ConfigError: what the settings name cannot be used, or OpenSearch refuses us.
    """
    mine = counters.setdefault(settings.store, WriteCounters())
    if settings.store == "sqlite":
        return SqliteStore(settings.sqlite, clock, mine)
    retry = Retry(clock, rng, settings.opensearch.write_timeout_seconds, mine)
    return _opensearch(settings.opensearch, retry)


def open_store(settings: WriteSettings, clock: Clock) -> Store:
    """Return the store for a person's tool, which reads and gives verdicts. Raises ConfigError."""
    return make_store(settings, clock, random.SystemRandom(), {})


def make_sinks(settings: WriteSettings, clock: Clock, rng: random.Random, counters: Counters) -> list[Sink]:
    """Return the sinks beside the store, each on a thread of its own.

    Raises:
        ConfigError: a file cannot be written.
    """
    sinks: list[Sink] = []
    if settings.jsonl:
        sinks.append(JsonlSink(settings.jsonl, counters.setdefault("jsonl", WriteCounters())))
    if forward := settings.forward:
        from burl.write.forward import ForwardSink  # msgpack over a socket, where somebody asks for it

        mine = counters.setdefault("forward", WriteCounters())
        sinks.append(ForwardSink(forward, Retry(clock, rng, forward.write_timeout_seconds, mine)))
    if webhook := settings.webhook:
        from burl.write.webhook import WebhookSink  # urllib.request, 1 MB with all that it loads

        mine = counters.setdefault("webhook", WriteCounters())
        sinks.append(WebhookSink(webhook, Retry(clock, rng, webhook.write_timeout_seconds, mine)))
    if settings.mode == "update":
        mine = counters.setdefault("update", WriteCounters())
        retry = Retry(clock, rng, settings.update.write_timeout_seconds, mine)
        sinks.append(_update(settings, retry))
    return [Background(sink, counters[sink.name]) for sink in sinks]


def _opensearch(settings: OpenSearchSettings, retry: Retry) -> Store:
    from burl.write.opensearch import OpenSearchStore, connect  # opensearch-py takes half a second

    store = OpenSearchStore(connect(settings), settings, retry)
    with suppress(Retryable):
        store.verify()
    return store


def _update(settings: WriteSettings, retry: Retry) -> Sink:
    from burl.write.opensearch import connect  # opensearch-py takes half a second
    from burl.write.opensearch.update import UpdateSink  # opensearch-py takes half a second

    client = connect(settings.opensearch)
    return UpdateSink(client, settings.opensearch.hosts[0], settings.update, retry)
