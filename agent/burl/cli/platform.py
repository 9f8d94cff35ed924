"""`burl platform`: what OpenSearch must hold before agents write to it."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from burl.cli.options import ConfigOption, JsonOption
from burl.cli.output import print_facts, print_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from burl.write.settings import OpenSearchSettings
    from burl_opensearch.platform import Step
    from burl_opensearch.settings import PlatformSettings

app = typer.Typer(help="Install what OpenSearch needs, and look at it.", no_args_is_help=True)

UrlArgument = Annotated[
    str, typer.Argument(metavar="URL", help="OpenSearch; user and password come from write.opensearch.")
]
PrefixOption = Annotated[
    str | None, typer.Option(metavar="WORD", help="First word of all names; else write.opensearch.prefix.")
]
DashboardsOption = Annotated[
    str | None, typer.Option(metavar="URL", help="OpenSearch Dashboards; else platform.dashboards_url.")
]
RawIndexOption = Annotated[
    str | None, typer.Option(metavar="PATTERN", help="Raw logs to show; else platform.raw_index.")
]
ConsoleOption = Annotated[
    str | None, typer.Option("--console", metavar="URL", help="burl console; else platform.console_url.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Change nothing; say what would be done.")]


@dataclass(frozen=True, slots=True)
class _Target:
    """The cluster at hand, and what belongs into it."""

    url: str
    opensearch: "OpenSearchSettings"
    platform: "PlatformSettings"

    def call(self, action: "Callable[..., list[Step]]", **options: Any) -> "list[Step]":
        """Connect, and act."""
        from burl.write.opensearch import connect

        with closing(connect(self.opensearch)) as client:
            return action(client, self.url, self.opensearch.prefix, settings=self.platform, **options)


@app.command()
def install(
    *,
    url: UrlArgument,
    dashboards: DashboardsOption = None,
    raw_index: RawIndexOption = None,
    console: ConsoleOption = None,
    prefix: PrefixOption = None,
    dry_run: DryRunOption = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Install templates, indices, retention, roles, alerts, dashboards; what is current is left alone."""
    from burl_opensearch import platform

    target = _target(url, config, prefix, dashboards, raw_index=raw_index, console_url=console)
    _put(target, platform.install, dry_run=dry_run, as_json=as_json)


@app.command()
def upgrade(
    *,
    url: UrlArgument,
    dashboards: DashboardsOption = None,
    raw_index: RawIndexOption = None,
    console: ConsoleOption = None,
    prefix: PrefixOption = None,
    dry_run: DryRunOption = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring what is installed to this version of Burl; fails where nothing is."""
    from burl_opensearch import platform

    target = _target(url, config, prefix, dashboards, raw_index=raw_index, console_url=console)
    _put(target, platform.upgrade, dry_run=dry_run, as_json=as_json)


@app.command()
def status(
    url: UrlArgument,
    dashboards: DashboardsOption = None,
    prefix: PrefixOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is installed; exit code 1 when something is missing or outdated."""
    from burl_opensearch import platform
    from burl_opensearch.dashboards import importing

    target = _target(url, config, prefix, dashboards)
    steps = target.call(platform.status)
    if target.platform.dashboards_url:
        steps += importing.status(target.platform.dashboards_url, target.opensearch)
    _show(f"In {url} there is", steps, as_json)
    if any(step.state in {"missing", "outdated"} for step in steps):
        raise typer.Exit(1)


@app.command()
def uninstall(
    *,
    url: UrlArgument,
    dashboards: DashboardsOption = None,
    prefix: PrefixOption = None,
    keep_data: Annotated[bool, typer.Option("--keep-data", help="Leave all indices where they are.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take away everything that Burl put up, its findings included unless --keep-data."""
    from burl_opensearch import platform
    from burl_opensearch.dashboards import importing

    target = _target(url, config, prefix, dashboards)
    what = "what Burl installed" if keep_data else "what Burl installed AND ALL ITS FINDINGS"
    if not yes:
        typer.confirm(f"Remove {what} (prefix {target.opensearch.prefix}) from {url}?", abort=True, err=True)
    steps = target.call(platform.uninstall, keep_data=keep_data)
    if target.platform.dashboards_url:
        steps += importing.remove(target.platform.dashboards_url, target.opensearch)
    if as_json:
        print_json(steps)
    else:
        print_facts(f"Removed from {url}", {f"{step.kind} {step.name}": "removed" for step in steps})


def _target(
    url: str, config: Path | None, prefix: str | None, dashboards: str | None, **links: str | None
) -> _Target:
    """Return what the configuration says, with the options that were given."""
    from burl.config import load_settings, with_options

    given = {name: value for name, value in (links | {"dashboards_url": dashboards}).items() if value}
    settings = load_settings(config)
    opensearch = settings.write.opensearch.model_dump(exclude_unset=True) | {"hosts": [url]}
    if prefix:
        opensearch["prefix"] = prefix
    settings = with_options(settings, {"platform": given, "write": {"opensearch": opensearch}})
    return _Target(url, settings.write.opensearch, settings.platform)


def _put(target: _Target, action: "Callable[..., list[Step]]", *, dry_run: bool, as_json: bool) -> None:
    from burl_opensearch import platform
    from burl_opensearch.dashboards import importing

    steps = target.call(platform.status if dry_run else action)
    if target.platform.dashboards_url:
        steps += importing.status(target.platform.dashboards_url, target.opensearch)
        if not dry_run:
            importing.import_dashboards(target.platform.dashboards_url, target.opensearch, target.platform)
    title = "To be installed in" if dry_run else "Installed in"
    _show(f"{title} {target.url}; before, it was", steps, as_json)


def _show(title: str, steps: "list[Step]", as_json: bool) -> None:
    if as_json:
        print_json(steps)
    else:
        print_facts(title, {f"{step.kind} {step.name}": _words(step) for step in steps})


def _words(step: "Step") -> str:
    return f"{step.state} ({step.note})" if step.note else step.state
