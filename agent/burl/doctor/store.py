"""OpenSearch: does it answer, does it know us, may we write, is it ready for us, is its clock ours."""

import random
from collections.abc import Iterator
from contextlib import suppress

from opensearchpy import OpenSearch
from opensearchpy.exceptions import AuthorizationException, ConflictError, NotFoundError, OpenSearchException

from burl.clock import Clock
from burl.doctor.check import Check, broken, ok, warning
from burl.errors import BurlError, Retryable
from burl.write.backoff import Retry
from burl.write.counters import WriteCounters
from burl.write.names import IndexNames
from burl.write.opensearch import OpenSearchStore, connect
from burl.write.opensearch.client import translated
from burl.write.settings import OpenSearchSettings

_SKEW_SECONDS = 5.0


def check_opensearch(settings: OpenSearchSettings, clock: Clock) -> list[Check]:
    """Ask OpenSearch as the agent would; nothing is stored."""
    subject = f"opensearch {settings.hosts[0]}"
    try:
        client = connect(settings)
        store = OpenSearchStore(client, settings, _no_retry(clock))
    except BurlError as error:
        return [broken(subject, str(error), "Mend write.opensearch.")]
    try:
        store.verify()
    except Retryable as error:
        return [broken(subject, str(error), "Start it, or mend write.opensearch.hosts.")]
    except BurlError as error:
        return [broken(subject, str(error), "Mend the user, or run `burl platform install URL`.")]
    else:
        found = [ok(subject, "answers, and holds our index templates"), *_transport(settings, subject)]
        return [*found, *_check_rights(client, settings), *_check_clock(client, subject, clock)]
    finally:
        store.close()


def _transport(settings: OpenSearchSettings, subject: str) -> Iterator[Check]:
    if settings.insecure_skip_verify:
        yield warning(subject, "is trusted whoever it is (insecure_skip_verify)", "Give its ca_file instead.")
    if settings.username and any(host.startswith("http://") for host in settings.hosts):
        yield warning(subject, "is sent a password in plain text", "Use https://.")


def _check_rights(client: OpenSearch, settings: OpenSearchSettings) -> Iterator[Check]:
    """Write on a condition that is never met: it is denied or refused, and changes nothing."""
    names = IndexNames(settings.prefix, settings.dataset, settings.namespace)
    alias = names.alias("incidents")
    subject = f"rights on {alias}"
    advice = f"Give its user the role {settings.prefix}_agent (`burl platform install` makes it)."
    never = {"if_seq_no": 2**53, "if_primary_term": 2**53, "require_alias": "true"}
    try:
        with translated(settings.hosts[0]):
            try:
                client.index(index=alias, id="burl-doctor", body={}, params=never)
            except ConflictError:
                yield ok(subject, "may be written")
            except NotFoundError:
                yield broken(subject, "there is no such alias", "Run `burl platform install URL`.")
    except BurlError as error:
        yield broken(subject, str(error), advice)


def _check_clock(client: OpenSearch, subject: str, clock: Clock) -> Iterator[Check]:
    # who may not ask how the cluster is may still write to it
    with suppress(AuthorizationException, OpenSearchException, KeyError, IndexError, ValueError):
        (row,) = client.cat.health(params={"format": "json"})
        skew = clock.time_ns() / 1e9 - float(row["epoch"])
        if abs(skew) > _SKEW_SECONDS:
            yield warning(subject, f"its clock differs from ours by {skew:+.0f} s", "Synchronise both (NTP).")
        else:
            yield ok(subject, "its clock agrees with ours")


def _no_retry(clock: Clock) -> Retry:
    return Retry(clock, random.SystemRandom(), 0.0, WriteCounters())
