#!/bin/sh
# Gets promtool, which checks metrics and alert rules, out of Debian's package without installing that: it would start a server.
# Where that cannot be done, the tests that need it are skipped and say so.
set -eu
cd "$(dirname "$0")/.."
folder=.cache/prometheus
if command -v promtool >/dev/null 2>&1 || [ -x "$folder/usr/bin/promtool" ]; then
    exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "promtool is missing: tests of metrics and alert rules are skipped (https://prometheus.io/download)" >&2
    exit 0
fi
echo "fetching promtool"
[ "$(id -u)" -ne 0 ] || apt-get update -qq
mkdir -p "$folder"
(cd "$folder" && apt-get download -qq prometheus 2>/dev/null && dpkg-deb --extract prometheus_*.deb . && rm prometheus_*.deb) ||
    echo "promtool cannot be fetched: tests of metrics and alert rules are skipped" >&2
