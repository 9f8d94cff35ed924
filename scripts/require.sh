#!/bin/sh
# require.sh COMMAND PACKAGE: makes sure that COMMAND exists. On Debian, as root, its package is installed;
# anybody else is told in one line what to install.
set -eu
command=$1
package=$2
if command -v "$command" >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing $package (needed for $command)"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null
else
    echo "$command is missing: install it with 'sudo apt-get install $package' (or your system's equivalent)" >&2
    exit 1
fi
