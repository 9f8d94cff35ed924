"""Manifests as text: read and written so that every value stays what Kubernetes' own reader takes it for.

PyYAML follows YAML 1.1 to the letter. Kubernetes' reader does not quite: `1e3` and `0o17` are numbers to it,
`y` is a boolean, and a time is a string. Without that, a quoted "1e3" would come out as a number.
"""

import re
from collections.abc import Sequence
from typing import Any

import yaml

_TAG = "tag:yaml.org,2002:"
_FLOAT = re.compile(r"^[-+]?(?:\d+\.?\d*|\.\d+)[eE][-+]?\d+$")
_OCTAL = re.compile(r"^[-+]?0o[0-7]+$")
_BOOLEAN = re.compile(r"^[yYnN]$")


class _Loader(yaml.SafeLoader):
    """Reads what PyYAML's safe one reads, times as strings."""


class _Dumper(yaml.SafeDumper):
    """Writes strings in quotes that Kubernetes would take for something else."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != f"{_TAG}timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _class in (_Loader, _Dumper):
    _class.add_implicit_resolver(f"{_TAG}float", _FLOAT, list("-+.0123456789"))
    _class.add_implicit_resolver(f"{_TAG}int", _OCTAL, list("-+0"))
_Dumper.add_implicit_resolver(f"{_TAG}bool", _BOOLEAN, list("yYnN"))


def read(text: str) -> list[Any]:
    """Return the documents of a manifest. Raises yaml.YAMLError."""
    return list(yaml.load_all(text, _Loader))


def write(documents: Sequence[Any]) -> str:
    """Return documents as a manifest."""
    return yaml.dump_all(documents, Dumper=_Dumper, sort_keys=False, width=110)
