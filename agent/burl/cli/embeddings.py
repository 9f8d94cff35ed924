"""`burl embeddings`: word vectors for detectors that read lines."""

from pathlib import Path
from typing import Annotated

import typer

from burl.cli.train import extra_installed

app = typer.Typer(no_args_is_help=True, help="Word vectors for detectors that read the words of lines.")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="GloVe or word2vec text, also .gz, or .npz.")],
    most: Annotated[int, typer.Option("--most", min=1, help="Words to keep, the first ones.")] = 400_000,
) -> None:
    """Put word vectors where `burl train` finds them, in place of those that were there."""
    with extra_installed():
        from burl.detect.embeddings import imported_path
        from burl.train.word_vectors import read_vectors

        found = read_vectors(file, most)
    found.write(imported_path())
    words, width = found.vectors.shape
    print(f"{words:,} word vectors of {width} values are in {imported_path()}")


@app.command()
def show() -> None:
    """Say which word vectors training will use."""
    from burl.detect.embeddings import Embeddings, imported, imported_path

    path = imported()
    if path is None:
        print(f"none at {imported_path()}: training learns word vectors from the logs")
        return
    words, width = Embeddings.read(path).vectors.shape
    print(f"{words:,} word vectors of {width} values in {path}")
