"""The command line: one module per group of commands; what is heavy is imported inside the commands."""

from burl.cli.app import main

__all__ = ["main"]
