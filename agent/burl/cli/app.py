"""The command `burl`: its commands and its one way to fail."""

import os
import sys
from typing import Annotated

import typer

from burl import __version__
from burl.cli import (
    backfill,
    bundle,
    console,
    demo,
    diff,
    doctor,
    embeddings,
    evaluate,
    feedback,
    inject,
    platform,
    profile,
    retrain,
    run,
    score,
    templates,
    train,
    validate,
)
from burl.errors import SinkError, UserError

app = typer.Typer(
    name="burl",
    help="Finds what is abnormal in logs, says why, and writes it into OpenSearch.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("backfill")(backfill.backfill)
app.command("console")(console.console)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)
app.command("diff")(diff.diff)
app.command("evaluate")(evaluate.evaluate)
app.command("inject")(inject.inject)
app.command("retrain")(retrain.retrain)
app.command("profile")(profile.profile)
app.command("run")(run.run)
app.command("score")(score.score)
app.command("train")(train.train)
app.command("validate")(validate.validate)
app.add_typer(bundle.app, name="bundle")
app.add_typer(embeddings.app, name="embeddings")
app.add_typer(feedback.app, name="feedback")
app.add_typer(platform.app, name="platform")
app.add_typer(templates.app, name="templates")


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"burl {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def main() -> None:
    """Run the command line. What the user can mend is one line per mistake on stderr and exit code 2."""
    # Read when numpy loads: a second thread costs more than it saves, and last digits would depend on it.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        app()
    except (UserError, SinkError) as error:
        for line in str(error).splitlines():
            print(f"burl: {line}", file=sys.stderr)
        sys.exit(2)
