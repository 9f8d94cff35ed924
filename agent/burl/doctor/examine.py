"""All checks, in the order in which a person would mend them."""

from pathlib import Path

from burl.clock import Clock
from burl.config import load_settings
from burl.doctor.certificates import check_certificates
from burl.doctor.check import Check, broken, ok
from burl.doctor.local import check_local
from burl.doctor.promise import check_fluent_bit
from burl.errors import ConfigError


def examine(config: Path | None, fluent_bit: Path | None, clock: Clock) -> list[Check]:
    """Look at everything that an agent with this configuration needs; changes nothing.

    Args:
        config: the agent's configuration; None for the environment alone.
        fluent_bit: the configuration of the Fluent Bit that sends to it.
        clock: ours.
    """
    try:
        settings = load_settings(config)
    except ConfigError as error:
        advice = "Mend it: docs/reference/configuration.md lists all keys."
        return [broken("configuration", line, advice) for line in str(error).splitlines()]
    checks = [ok("configuration", str(config or "the environment"))]
    if settings.receive.tls:
        checks += check_certificates(settings.receive.tls, clock)
    checks += check_local(settings, clock)
    if settings.write.store == "opensearch":
        from burl.doctor.store import check_opensearch  # opensearch-py takes half a second

        checks += check_opensearch(settings.write.opensearch, clock)
    if fluent_bit:
        checks += check_fluent_bit(fluent_bit, settings.receive)
    return checks
