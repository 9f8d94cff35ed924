"""`burl train`: a bundle from logs."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from burl.cli.options import (
    AuxiliaryOption,
    ConfigOption,
    FormatOption,
    InputOption,
    JsonOption,
    MoreInputs,
    joined,
)
from burl.cli.output import print_json
from burl.errors import UserError

_EXTRA = ("torch", "sklearn")


def train(
    *,
    inputs: InputOption = None,
    more: MoreInputs = None,
    detectors: Annotated[
        str, typer.Option(metavar="LIST", help="name[:unit] joined by commas, or auto.")
    ] = "auto",
    out: Annotated[
        Path, typer.Option(metavar="BUNDLE", help="Directory to write; a bundle there is replaced.")
    ],
    file_format: FormatOption = "auto",
    session: Annotated[
        list[str] | None,
        typer.Option(metavar="HOW", help="auto, none, NAME=REGEX, or an attribute; may be repeated."),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(help="Which lines are abnormal: JSON {line: normal|abnormal}, JSON lines or CSV."),
    ] = None,
    auxiliary: AuxiliaryOption = None,
    seed: Annotated[int, typer.Option(help="The same seed and inputs give the same bundle.")] = 0,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Learn templates, sessions and detectors from logs that are mostly normal."""
    from burl.config import load_settings
    from burl.progress import progress

    settings = load_settings(config)
    if detectors == "auto":
        _check_extra()
    with extra_installed(), progress() as report:
        from burl.train import trainer

        request = trainer.TrainRequest(
            inputs=joined(inputs, more),
            out=out,
            detectors=detectors.split(","),
            format=file_format,
            sessions=session or ["auto"],
            seed=seed,
            labels=labels,
            auxiliary=auxiliary or (),
            receive=settings.receive,
            parse=settings.parse,
            window=settings.window,
            decide=settings.decide,
            opensearch=settings.write.opensearch,
        )
        manifest = trainer.train(request, report)
    if as_json:
        print_json(manifest.model_dump(mode="json"))
    else:
        for entry in manifest.detectors:
            print(f"  {entry.id:<24} {entry.chosen_because}")
        print(f"Bundle {manifest.version} is in {out}. To look into it: burl bundle inspect {out}")


@contextmanager
def extra_installed() -> Iterator[None]:
    """Say how to install what only training needs, where it is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        raise _missing(error.name) from error


def _check_extra() -> None:
    """Say it before hours of logs are read."""
    for name in _EXTRA:
        if find_spec(name) is None:
            raise _missing(name)


def _missing(name: str | None) -> UserError:
    return UserError(f"training needs {name}: pip install 'burl-agent[train]'")
