"""The long form: one target, guided by coverage (atheris). `make fuzz` runs all.

    python scripts/fuzz.py TARGET CORPUS_DIRECTORY [libFuzzer options]

It ends with a traceback and the input, in a file, at the first surprise, and at an input that takes too long.
"""

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
with atheris.instrument_imports(include=["burl"]):
    from support.fuzz_seeds import seeds
    from support.fuzz_targets import TARGETS

_OPTIONS = ["-timeout=20", "-max_len=4096", "-rss_limit_mb=2048", "-print_final_stats=1"]


def main() -> None:
    """Fuzz the target that the command line names."""
    if len(sys.argv) < 3 or sys.argv[1] not in TARGETS or sys.argv[2].startswith("-"):
        sys.exit(f"usage: scripts/fuzz.py {{{'|'.join(TARGETS)}}} CORPUS_DIRECTORY [libFuzzer options]")
    name, corpus = sys.argv[1], Path(sys.argv[2])
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds()[name]):
        (corpus / f"seed-{number}").write_bytes(seed)
    atheris.Setup([sys.argv[0], str(corpus), *_OPTIONS, *sys.argv[3:]], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
