"""`burl bundle`: look into what an agent loads, and say which one it is to be."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from burl.cli.compare import compare
from burl.cli.options import ConfigOption, JsonOption, RegistryOption
from burl.cli.output import print_facts, print_json
from burl.user import user_name

if TYPE_CHECKING:
    from burl.bundle import DetectorEntry, Manifest

app = typer.Typer(help="Look into bundles, and say which one agents run.", no_args_is_help=True)
app.command()(compare)


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


@app.command()
def add(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="Directory that `burl train --out` made.")],
    registry: RegistryOption = None,
    config: ConfigOption = None,
) -> None:
    """Take a bundle into the registry and make it the challenger."""
    from burl.cli.stores import open_desk, open_registry
    from burl.config import load_settings

    settings = load_settings(config)
    bundles = open_registry(registry, settings)
    with open_desk(settings) as desk:
        version = bundles.add(bundle).manifest.version
        bundles.challenge(version)
        desk.record("challenge", {"bundle.version": version}, user_name())
    print(f"{version} is the challenger")


@app.command("list")
def list_(registry: RegistryOption = None, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show the bundles of the registry, oldest first, and which one agents run."""
    from burl.cli.stores import open_registry
    from burl.config import load_settings

    bundles = open_registry(registry, load_settings(config))
    aliases = {bundles.version(alias): alias for alias in ("challenger", "champion")}
    rows = [{"version": version, "alias": aliases.get(version, "")} for version in bundles.versions()]
    if as_json:
        print_json(rows)
    for row in () if as_json else rows:
        print(f"{row['version']}  {row['alias']}".rstrip())


@app.command()
def promote(
    version: Annotated[str, typer.Argument(metavar="[VERSION]", help="Default: the challenger.")] = "",
    registry: RegistryOption = None,
    config: ConfigOption = None,
) -> None:
    """Make a bundle the champion: agents follow; what it has learnt needs no suppression any more."""
    from burl.cli.stores import open_desk, open_registry
    from burl.config import load_settings

    settings = load_settings(config)
    with open_desk(settings) as desk:
        bundles = open_registry(registry, settings)
        before = bundles.version("champion")
        bundle = bundles.promote(version)
        promoted = bundle.manifest.version
        retired = desk.retire(promoted, bundle.templates().stands_for)
        step = {"bundle.version": promoted, "bundle.before": before, "suppressions.retired": retired}
        desk.record("promote", step, user_name())
    print(f"{promoted} is the champion; {retired} suppressions retire")


@app.command()
def rollback(registry: RegistryOption = None, config: ConfigOption = None) -> None:
    """Make the champion before the present one the champion again."""
    from burl.cli.stores import open_desk, open_registry
    from burl.config import load_settings

    settings = load_settings(config)
    with open_desk(settings) as desk:
        given_up, bundle = open_registry(registry, settings).rollback()
        desk.revive(given_up)
        step = {"bundle.version": bundle.manifest.version, "bundle.before": given_up}
        desk.record("rollback", step, user_name())
    print(f"{bundle.manifest.version} is the champion again")


@app.command()
def prune(
    keep: Annotated[
        int, typer.Option(min=0, metavar="N", help="So many of those that nobody needs stay, the newest.")
    ],
    registry: RegistryOption = None,
    config: ConfigOption = None,
) -> None:
    """Delete old bundles; never the champion, the challenger or what can be rolled back to."""
    from burl.cli.stores import open_registry
    from burl.config import load_settings

    deleted = open_registry(registry, load_settings(config)).prune(keep)
    print("\n".join(f"{version} is deleted" for version in deleted) or "nothing to delete")


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
