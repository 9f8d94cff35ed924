"""`burl templates`: the kinds of lines that services write, and what people call them."""

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from burl.cli.options import ConfigOption, JsonOption
from burl.cli.output import print_json
from burl.errors import ConfigError, InputError
from burl.user import user_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opensearchpy import OpenSearch

    from burl.write.names import IndexNames
    from burl.write.settings import OpenSearchSettings

app = typer.Typer(help="List the kinds of lines that services write, and name them.", no_args_is_help=True)


@app.command("list")
def list_(
    *,
    service: Annotated[str, typer.Option(help="Only those of this service.")] = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the catalogue in OpenSearch, newest first: id, service, last seen, name, text."""
    from burl.config import load_settings
    from burl.console.text import visible
    from burl_opensearch.naming import catalogue

    settings = load_settings(config)
    if settings.write.store != "opensearch":
        raise ConfigError("the catalogue of templates is kept in OpenSearch: set write.store: opensearch")
    with _connected(settings.write.opensearch) as (client, url, names):
        found = catalogue(client, url, names, service)
    if as_json:
        print_json(found)
        return
    for entry in found:
        words = [entry["log.template.id"], entry["service.name"], entry["last_seen"][:19]]
        print(visible("  ".join([*words, entry.get("name") or "-", entry["log.record.template"]])))


@app.command()
def name(
    *,
    template: Annotated[str, typer.Argument(metavar="ID", help="Its `log.template.id`.")],
    words: Annotated[str, typer.Argument(metavar="NAME", help='What to call it; "" takes the name away.')],
    who: Annotated[str, typer.Option("--who", help="Who says so; default: the user's name.")] = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a template a name, which the console and the dashboards show."""
    from burl.cli.stores import open_desk
    from burl.config import load_settings
    from burl_opensearch.naming import name_template

    settings = load_settings(config)
    if settings.write.store == "opensearch":
        with _connected(settings.write.opensearch) as (client, url, names):
            if not name_template(client, url, names, template, words.strip()):
                raise InputError(f"the catalogue has no template {template}: see `burl templates list`")
    with open_desk(settings) as desk:
        given = desk.name(template, words, who or user_name())
    if as_json:
        print_json(given)
    else:
        print(f"{template} is called {words.strip()}" if words.strip() else f"{template} has no name now")


@contextmanager
def _connected(settings: "OpenSearchSettings") -> "Iterator[tuple[OpenSearch, str, IndexNames]]":
    from burl.write.names import IndexNames
    from burl.write.opensearch import connect

    with closing(connect(settings)) as client:
        yield client, settings.hosts[0], IndexNames(settings.prefix, settings.dataset, settings.namespace)
