"""Options that several commands take, each defined once."""

from pathlib import Path
from typing import Annotated

import typer

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="YAML file; BURL_... variables win over it. [default: defaults]"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON for a program to read.")]
