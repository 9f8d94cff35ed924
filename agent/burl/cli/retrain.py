"""`burl retrain`: a challenger from recent logs and from what people said."""

import getpass
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from burl.cli.options import ConfigOption, FormatOption, InputOption, JsonOption, MoreInputs, joined
from burl.cli.output import print_json, progress
from burl.cli.train import extra_installed

if TYPE_CHECKING:
    from burl.bundle import Bundle, Manifest
    from burl.bundle.registry import Registry
    from burl.config import Settings


def retrain(
    *,
    inputs: InputOption = None,
    more: MoreInputs = None,
    registry: Annotated[Path | None, typer.Option(metavar="DIR", help="Registry of bundles.")] = None,
    detectors: Annotated[
        str, typer.Option(metavar="LIST", help="name[:unit] joined by commas; default: the champion's.")
    ] = "",
    file_format: FormatOption = "auto",
    after_verdicts: Annotated[
        int, typer.Option(min=0, metavar="N", help="Do nothing before so many verdicts since the last time.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="The same seed, inputs and verdicts give the same bundle.")] = 0,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train a challenger: what was called normal is learnt, what was called abnormal or missed is not."""
    from burl.cli.stores import open_desk, open_registry
    from burl.config import load_settings

    settings = load_settings(config)
    bundles = open_registry(registry, settings)
    with open_desk(settings) as desk:
        history = desk.verdicts()
        if _since_last(history) < after_verdicts:
            print(f"nothing to do: {_since_last(history)} verdicts since the last training")
            return
        with extra_installed():
            manifest = _train(
                settings, bundles, history, joined(inputs, more), (detectors, file_format, seed)
            )
        bundles.challenge(manifest.version)
        desk.record("retrain", f"challenger {manifest.version}", getpass.getuser())
    if as_json:
        print_json(manifest.model_dump(mode="json"))
    else:
        print(
            f"Challenger {manifest.version} is in the registry. To make it the champion: burl bundle promote"
        )


def _train(
    settings: "Settings",
    bundles: "Registry",
    history: list[dict[str, Any]],
    paths: list[Path],
    how: tuple[str, Any, int],
) -> "Manifest":
    from burl.bundle.bundle import TEMPLATES
    from burl.feedback.verdict import in_force
    from burl.parse.template_set import TemplateSet
    from burl.train.lessons import Lessons
    from burl.train.trainer import TrainRequest, train

    detectors, file_format, seed = how
    champion = bundles.open("champion") if bundles.version("champion") else None
    frozen = TemplateSet.from_json(champion.path(TEMPLATES).read_bytes()) if champion else None
    staging = Path(tempfile.mkdtemp(prefix="burl-retrain-"))
    request = TrainRequest(
        inputs=paths,
        out=staging / "bundle",
        detectors=detectors.split(",") if detectors else _specs(champion),
        format=file_format,
        seed=seed,
        lessons=Lessons(in_force(history), frozen),
        receive=settings.receive,
        parse=settings.parse,
        window=settings.window,
        decide=settings.decide,
        opensearch=settings.write.opensearch,
    )
    try:
        with progress() as report:
            train(request, report)
        return bundles.add(request.out).manifest
    finally:
        shutil.rmtree(staging)


def _specs(champion: "Bundle | None") -> list[str]:
    return [entry.id for entry in champion.manifest.detectors] if champion else ["auto"]


def _since_last(history: list[dict[str, Any]]) -> int:
    """Return how many verdicts there are since the last training; `history` is newest first."""
    count = 0
    for document in history:
        if document["verdict"] == "retrain":
            break
        count += document["verdict"] in ("anomaly", "normal", "missed")
    return count
