"""`burl run`: the agent."""

from burl.cli.options import ConfigOption


def run(config: ConfigOption = None) -> None:
    """Take logs over OTLP/gRPC until SIGTERM and write what is abnormal to the configured sinks."""
    from burl.config import load_settings
    from burl.engine import agent

    agent.run(load_settings(config))
