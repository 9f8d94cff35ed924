#!/bin/sh
# Pins the requirement sets again from pyproject.toml; `make requirements` runs it. `lock.sh --upgrade` takes newer versions.
# dev.txt is resolved first and constrains the others, so that every set has the same version of a library.
set -eu
cd "$(dirname "$0")/.."
uv=.venv/bin/uv
lock() {
    output=$1
    shift
    "$uv" pip compile --quiet --universal --python-version 3.11 --no-annotate \
        --custom-compile-command "make requirements" --output-file "requirements/$output" "$@"
}
lock dev.txt pyproject.toml --extra demo --extra train --extra onnx --group dev "$@"
lock train.txt pyproject.toml --extra train --constraints requirements/dev.txt
lock run.txt pyproject.toml --extra demo --constraints requirements/dev.txt
lock audit.txt --group audit --constraints requirements/dev.txt
lock fuzz.txt --group fuzz --constraints requirements/dev.txt
lock bench.txt --group bench
lock build.txt --group build --constraints requirements/dev.txt
