#!/bin/sh
# Builds Helm, which renders and checks the chart, from the Go module proxy.
# Where there is no Go, the tests that need it are skipped and say so.
set -eu
cd "$(dirname "$0")/.."
version=v3.22.0
if [ -x .cache/bin/helm ] || command -v helm >/dev/null 2>&1; then
    exit 0
fi
if ! command -v go >/dev/null 2>&1; then
    echo "helm is missing, and so is Go to build it: tests of the chart are skipped (https://helm.sh/docs/intro/install)" >&2
    exit 0
fi
echo "building helm $version (some minutes, once)"
GOBIN="$PWD/.cache/bin" GOFLAGS=-mod=mod go install "helm.sh/helm/v3/cmd/helm@$version" ||
    echo "helm cannot be built: tests of the chart are skipped" >&2
