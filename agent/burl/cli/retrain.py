"""`burl retrain`: a challenger from recent logs and from what people said."""

import shutil
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from burl.cli.options import (
    AuxiliaryOption,
    ConfigOption,
    FormatOption,
    InputOption,
    JsonOption,
    MoreInputs,
    RegistryOption,
    joined,
    seconds_of,
)
from burl.cli.output import print_json
from burl.cli.train import extra_installed
from burl.errors import SinkError, UserError
from burl.user import user_name

if TYPE_CHECKING:
    from burl.bundle import Bundle, Manifest
    from burl.bundle.registry import Registry
    from burl.config import Settings
    from burl.feedback import Desk


def retrain(
    *,
    inputs: InputOption = None,
    more: MoreInputs = None,
    registry: RegistryOption = None,
    detectors: Annotated[
        str, typer.Option(metavar="LIST", help="name[:unit] joined by commas; default: the champion's.")
    ] = "",
    file_format: FormatOption = "auto",
    auxiliary: AuxiliaryOption = None,
    after_verdicts: Annotated[
        int, typer.Option(min=0, metavar="N", help="Do nothing before so many verdicts since the last time.")
    ] = 0,
    every: Annotated[
        str, typer.Option(metavar="1d", help="Go on until ended: look again after this time.")
    ] = "",
    seed: Annotated[int, typer.Option(help="The same seed, inputs and verdicts give the same bundle.")] = 0,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train a challenger: what was called normal is learnt, what was called abnormal or missed is not."""
    from burl.cli.stores import open_registry
    from burl.config import load_settings

    settings = load_settings(config)
    pause_seconds = seconds_of(every) if every else 0
    bundles = open_registry(registry, settings)
    order = _Order(
        settings, bundles, joined(inputs, more), detectors, file_format, auxiliary or [], seed, after_verdicts
    )
    if not pause_seconds:
        order.carry_out(as_json=as_json)
        return
    while True:
        try:
            order.carry_out(as_json=as_json)
        except (UserError, SinkError) as error:  # the next time it may be otherwise: a log that has grown
            print(f"burl: {error}", file=sys.stderr)
        threading.Event().wait(pause_seconds)


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be trained, on what, and when."""

    settings: "Settings"
    bundles: "Registry"
    inputs: list[Path]
    detectors: str
    file_format: Any
    auxiliary: list[Path]
    seed: int
    after_verdicts: int

    def carry_out(self, *, as_json: bool) -> None:
        """Train, where there are verdicts enough, and make what was learnt the challenger."""
        from burl.cli.stores import open_desk

        with open_desk(self.settings) as desk:
            history = desk.verdicts()
            given = _since_last(history)
            if given < self.after_verdicts:
                print(f"nothing to do: {given} verdicts since the last training")
                return
            with extra_installed():
                manifest = self._train(desk, history)
        if as_json:
            print_json(manifest.model_dump(mode="json"))
        elif self.bundles.version("champion") == manifest.version:
            print(f"{manifest.version} is the champion already: nothing new was learnt")
        else:
            text = "is the challenger. Once it has run: burl bundle compare, then burl bundle promote"
            print(f"{manifest.version} {text}")

    def _train(self, desk: "Desk", history: list[dict[str, Any]]) -> "Manifest":
        from burl.clock import SystemClock
        from burl.feedback.verdict import in_force

        verdicts = in_force(history)
        clock = SystemClock()
        began = clock.monotonic()
        manifest = self._bundle(verdicts)
        champion = self.bundles.version("champion")
        if manifest.version != champion:
            self.bundles.challenge(manifest.version)
        facts = {
            "bundle.version": manifest.version,
            "bundle.before": champion,
            "training.lines": manifest.training.lines,
            "training.templates": manifest.training.templates,
            "training.verdicts": len(verdicts),
            "training.seconds": round(clock.monotonic() - began, 3),
        }
        desk.record("retrain", facts, user_name())
        return manifest

    def _bundle(self, verdicts: list[dict[str, Any]]) -> "Manifest":
        from burl.progress import progress
        from burl.train.lessons import Lessons
        from burl.train.trainer import TrainRequest, train

        settings, bundles = self.settings, self.bundles
        champion = bundles.open("champion") if bundles.version("champion") else None
        staging = Path(tempfile.mkdtemp(prefix="burl-retrain-"))
        request = TrainRequest(
            inputs=self.inputs,
            out=staging / "bundle",
            detectors=self.detectors.split(",") if self.detectors else _specs(champion),
            format=self.file_format,
            seed=self.seed,
            auxiliary=self.auxiliary,
            lessons=Lessons(verdicts, champion.templates() if champion else None),
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
    from burl.feedback import JUDGEMENTS

    count = 0
    for document in history:
        if document["verdict"] == "retrain":
            break
        count += document["verdict"] in JUDGEMENTS
    return count
