#!/bin/sh
# Makes the file tree of an image: `build-tree.sh TREE [agent|trainer]`. The Dockerfiles run it, and so do the tests,
# without Docker: what is tested is what is shipped. Needs Python 3.11 or newer; PYTHON names another.
#   TREE/opt/burl   the environment, its packages pinned in requirements/
#   TREE/sbom.json  what is in it, as CycloneDX
set -eu
[ $# -ge 1 ] || { echo "usage: build-tree.sh TREE [agent|trainer]" >&2; exit 2; }
root=$(cd "$(dirname "$0")/../.." && pwd)
tree=$1
kind=${2:-agent}
case $kind in
agent) pins=$root/requirements/run.txt ;;
trainer) pins=$root/requirements/train.txt ;;
*) echo "build-tree.sh: $kind: give agent or trainer" >&2; exit 2 ;;
esac
home=$tree/opt/burl
mkdir -p "$tree/opt" "$tree/build"
"${PYTHON:-python3}" -m venv "$tree/build/tools"
"$tree/build/tools/bin/python" -m pip install --quiet --disable-pip-version-check -r "$root/requirements/build.txt"
uv=$tree/build/tools/bin/uv
"$uv" build --quiet --wheel --no-build-isolation --python "$tree/build/tools/bin/python" --out-dir "$tree/build/dist" "$root"
# Relocatable: the image has it at /opt/burl, which it is not built at.
"$uv" venv --quiet --relocatable --python "${PYTHON:-python3}" "$home"
"$uv" pip install --quiet --python "$home/bin/python" --requirements "$pins"
"$uv" pip install --quiet --python "$home/bin/python" --no-deps "$tree"/build/dist/*.whl
# Compiled now: nothing can be written where it runs.
"$home/bin/python" -m compileall -q "$home/lib" >/dev/null || true # some packages ship templates that are no Python
"$uv" pip install --quiet --python "$tree/build/tools/bin/python" --constraints "$root/requirements/dev.txt" cyclonedx-bom
"$tree/build/tools/bin/cyclonedx-py" environment --output-reproducible --spec-version 1.6 --output-file "$tree/sbom.json" \
    "$home/bin/python"
rm -rf "$tree/build"
