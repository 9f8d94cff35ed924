"""`burl diff BEFORE AFTER`: did this release change the logs?"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from burl.cli.options import ConfigOption, FormatOption, JsonOption
from burl.cli.output import print_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from burl.config import Settings
    from burl.parse import Catalogue
    from burl.parse.difference import Change
    from burl.parse.template_set import TemplateSet
    from burl.receive.batch import Batch, StreamTable
    from burl.receive.files import FileFormat

Side = Annotated[
    Path,
    typer.Argument(help="File, folder, or opensearch://HOST/INDEX?since=2d&until=1d&service.version=1.4"),
]
_SIGNS = {"new": "+", "vanished": "-", "shifted": "~"}


def diff(
    *,
    before: Side,
    after: Side,
    bundle: Annotated[Path | None, typer.Option(help="Bundle whose templates are used; else mined.")] = None,
    file_format: FormatOption = "auto",
    alpha: Annotated[float, typer.Option(min=0, max=1, help="Share of false changes to put up with.")] = 0.01,
    min_ratio: Annotated[float, typer.Option(min=1, help="Smaller changes of a share are left out.")] = 2.0,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show new, vanished and shifted kinds of lines; exit code 1 when there is a significant one."""
    from burl.bundle import load_bundle
    from burl.config import load_settings
    from burl.parse.difference import compare
    from burl.progress import counting

    settings = load_settings(config)
    with counting("records read") as count:
        reading = _Reading(settings, file_format, count)
        templates = load_bundle(bundle).templates() if bundle else reading.mine((before, after))
        catalogue, (old, new) = reading.count((before, after), templates)
    changes = compare(_called_as(new, old), new, alpha=alpha, min_ratio=min_ratio)
    if as_json:
        print_json([_document(change, catalogue) for change in changes])
    else:
        _show(changes, catalogue)
    if changes:
        raise typer.Exit(1)


@dataclass(slots=True)
class _Reading:
    """Reads both sides: once for their templates, once for their counts."""

    settings: "Settings"
    file_format: "FileFormat"
    seen: "Callable[[int], None]"

    def mine(self, sides: tuple[Path, Path]) -> "TemplateSet":
        """Return templates that do not depend on which side a line was on, nor on their order."""
        from burl.parse.train import train_templates

        bodies = (body for side in sides for batch in self._batches(side) for body in batch.bodies)
        return train_templates(bodies, self.settings.parse)

    def count(
        self, sides: tuple[Path, Path], templates: "TemplateSet"
    ) -> "tuple[Catalogue, list[Counter[tuple[str, int]]]]":
        """Return the lines of each side by service and template."""
        from burl.parse import Catalogue
        from burl.parse.parser import Parser
        from burl.receive.batch import StreamTable

        catalogue = Catalogue()
        parser = Parser(self.settings.parse, catalogue, templates)
        counts = []
        for side in sides:
            streams, found = StreamTable(), Counter[tuple[str, int]]()
            for batch in self._batches(side, streams):
                services = streams.services_of(batch.streams).tolist()
                pairs = zip(services, parser.parse(batch.bodies, batch.streams).tolist(), strict=True)
                names = {service: streams.service_name(service) for service in set(services)}
                found.update((names[service], index) for service, index in pairs if index >= 0)
            counts.append(found)
        return catalogue, counts

    def _batches(self, side: Path, streams: "StreamTable | None" = None) -> "Iterator[Batch]":
        from burl.clock import SystemClock
        from burl.receive.batch import StreamTable
        from burl_opensearch.reading.inputs import read_inputs

        batches = read_inputs(
            [side],
            self.file_format,
            receive=self.settings.receive,
            opensearch=self.settings.write.opensearch,
            streams=StreamTable() if streams is None else streams,
            clock=SystemClock(),
        )
        for batch in batches:
            self.seen(len(batch))
            yield batch


def _called_as(
    after: "Counter[tuple[str, int]]", before: "Counter[tuple[str, int]]"
) -> "Counter[tuple[str, int]]":
    """Return `before`; where each side is one service, under the name it has in `after`.

    A file is a service: app-1.4.log and app-1.5.log are meant to be compared.
    """
    (name, *more), (_, *others) = ({service for service, _ in side} or {""} for side in (after, before))
    if more or others:
        return before
    return Counter({(name, template): lines for (_, template), lines in before.items()})


def _document(change: "Change", catalogue: "Catalogue") -> dict[str, object]:
    return {
        "change": change.kind,
        "service": change.service,
        "log.template.id": catalogue[change.template].id,
        "log.record.template": catalogue[change.template].text,
        "before": change.before,
        "after": change.after,
        "p_value": change.p_value,
    }


def _show(changes: "list[Change]", catalogue: "Catalogue") -> None:
    if not changes:
        print("No significant change.")
    for change in changes:
        numbers = f"{change.before} -> {change.after}"
        service = change.service.strip("/")  # of a file, neither namespace nor container is known
        print(f"{_SIGNS[change.kind]} {service}  {numbers}  {catalogue[change.template].text}")
