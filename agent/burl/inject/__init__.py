"""Puts the agent into other people's manifests: containers, volumes and what they share, in plain data."""

from burl.inject.manifests import inject
from burl.inject.sidecar import Logs, Names, Sidecar

__all__ = ["Logs", "Names", "Sidecar", "inject"]
