"""`burl run`: the agent."""

from burl.cli.options import ConfigOption


def run(config: ConfigOption = None) -> None:
    """Take logs over OTLP/gRPC until SIGTERM and write what is abnormal to the configured sinks."""
    from burl.engine.memory import use_few_arenas

    use_few_arenas()
    from burl import agent
    from burl.config import load_settings

    agent.run(load_settings(config))
