#!/bin/sh
# Writes the golden renders of the chart again, one for each of its ci values; `make render-chart` runs it.
set -eu
cd "$(dirname "$0")/.."
helm=.cache/bin/helm
[ -x "$helm" ] || helm=helm
mkdir -p tests/golden/helm
for values in deploy/helm/burl/ci/*-values.yaml; do
    case=$(basename "$values" -values.yaml)
    "$helm" template burl deploy/helm/burl --namespace shop --values "$values" --kube-version 1.29.0 \
        2>/dev/null >"tests/golden/helm/$case.yaml"
done
