"""`burl bundle`: look into what an agent loads."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from burl.cli.options import JsonOption
from burl.cli.output import print_facts, print_json

if TYPE_CHECKING:
    from burl.bundle import DetectorEntry, Manifest

app = typer.Typer(help="Look into bundles.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `inspect` a command of its own while the group has only one."""


@app.command()
def inspect(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="Directory that `burl train --out` made.")],
    as_json: JsonOption = False,
) -> None:
    """Verify every file of a bundle and say what it holds."""
    from burl.bundle import load_bundle

    manifest = load_bundle(bundle).manifest
    if as_json:
        print_json(manifest.model_dump(mode="json"))
        return
    print_facts(f"Bundle {manifest.version} (all {len(manifest.files)} files verified)", _facts(manifest))
    for entry in manifest.detectors:
        print_facts(f"Detector {entry.id}", _detector_facts(entry))


def _facts(manifest: "Manifest") -> dict[str, object]:
    training = manifest.training
    return {
        "format": manifest.format_version,
        "trained": f"{training.created} by Burl {training.burl_version}, seed {training.seed}",
        "on": ", ".join(training.inputs),
        "data": f"{training.lines} lines, {training.sessions} sessions, {training.start} to {training.end}",
        "held out": training.holdout,
        "templates": f"{training.templates} (set {manifest.template_set_version})",
        "notes": "; ".join(training.notes) or "none",
    }


def _detector_facts(entry: "DetectorEntry") -> dict[str, object]:
    figures = {name.replace("_", " "): f"{value:.4g}" for name, value in entry.figures.items()}
    chosen = {"chosen because": entry.chosen_because} if entry.chosen_because else {}
    return {"method": entry.name, "unit": entry.unit, "budget weight": entry.weight, **chosen, **figures}
