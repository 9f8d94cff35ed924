"""`burl inject`: the agent into a workload's manifest."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def inject(
    *,
    file: Annotated[Path, typer.Option("--file", "-f", metavar="PATH", help="Manifest, or - for stdin.")],
    logs: Annotated[
        str,
        typer.Option(
            metavar="otlp|PATH|stdout",
            help="Its logs: sent by itself, in files, or on stdout (not under restricted pod security).",
        ),
    ],
    release: Annotated[
        str | None, typer.Option(help="Helm release of the chart, mode sidecar; else burl.")
    ] = None,
    secret: Annotated[
        str | None,
        typer.Option(help="Secret with username and password of OpenSearch; else burl-opensearch."),
    ] = None,
    image: Annotated[str | None, typer.Option(help="Image of the agent; else this version's.")] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Print only what would change.")] = False,
) -> None:
    """Print a manifest with the agent added as a native sidecar; once more changes nothing."""
    from burl.inject import Logs, Names
    from burl.inject import inject as add_sidecar
    from burl.inject.text import write

    documents = _read(file)
    given = {"release": release, "credentials": secret, "image": image}
    names = Names(**{name: value for name, value in given.items() if value})
    injected = add_sidecar(documents, Logs.parse(logs), names)
    before, after = write([document for document in documents if document]), write(injected)
    sys.stdout.write(_difference(before, after, str(file)) if diff else after)


def _read(file: Path) -> list[dict[str, object] | None]:
    import yaml

    from burl.errors import InputError
    from burl.inject.text import read

    try:
        return read(sys.stdin.read() if str(file) == "-" else file.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}): give an existing file") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: is no valid YAML: {' '.join(str(error).split())}") from None


def _difference(before: str, after: str, name: str) -> str:
    from difflib import unified_diff

    lines = unified_diff(before.splitlines(), after.splitlines(), name, f"{name} (injected)", lineterm="")
    return "".join(f"{line}\n" for line in lines)
