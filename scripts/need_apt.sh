#!/bin/sh
# need_apt.sh FILE PACKAGE: make sure a file exists that a Debian package brings; only root installs it unasked.
set -eu
[ -e "$1" ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "$2 is missing ($1). Run: sudo apt-get install -y --no-install-recommends $2" >&2
    exit 1
fi
echo "installing $2"
export DEBIAN_FRONTEND=noninteractive
apt-get install -y -qq --no-install-recommends "$2" >/dev/null 2>&1 || {
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "$2" >/dev/null
} || {
    echo "$2 could not be installed. Run: apt-get update && apt-get install -y --no-install-recommends $2" >&2
    exit 1
}
