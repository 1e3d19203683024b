#!/usr/bin/env bash
# Install what the tests need from Debian's own packages, and only what is missing:
# PostgreSQL's server programs (tests start a server of their own), Chromium and a typeface for it, strace (it kills a
# server at a chosen system call).
set -euo pipefail

missing=()
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
command -v strace >/dev/null || missing+=(strace)
[[ -n $(find /usr/share/fonts /usr/local/share/fonts -name '*.[to]tf' -print -quit 2>/dev/null) ]] || missing+=(fonts-dejavu-core)
if ((${#missing[@]} == 0)); then
    exit 0
fi

give_up() {
    printf '%s\n' \
        "Prøverne mangler: ${missing[*]}. $1" \
        "The tests need: ${missing[*]}. $2" >&2
    exit 1
}

command -v apt-get >/dev/null || give_up \
    'Maskinen har ikke apt; installer dem med dens eget program og prøv igen.' \
    "This machine has no apt; install them with its own package manager and try again."
as_root=()
if ((EUID != 0)); then
    command -v sudo >/dev/null && sudo -n true 2>/dev/null || give_up \
        "Kør først:  sudo apt install ${missing[*]}" "Run first:  sudo apt install ${missing[*]}"
    as_root=(sudo -n)
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT

apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get --yes --quiet --quiet --no-install-recommends "$@" >"$log" 2>&1 && return
    tail -n 5 "$log" >&2
    give_up "apt-get $1 mislykkedes." "apt-get $1 failed."
}

printf 'Henter fra Debian / fetching from Debian: %s\n' "${missing[*]}" >&2
apt update
if [[ " ${missing[*]} " == *' postgresql '* ]]; then
    # The tests bring up their own server; Debian's own one is not wanted on a developer's machine.
    apt install postgresql-common
    "${as_root[@]}" sed -ri 's/^#?(create_main_cluster) .*$/\1 = false/' /etc/postgresql-common/createcluster.conf
fi
apt install "${missing[@]}"
