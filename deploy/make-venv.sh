#!/usr/bin/env bash
# Make the virtual environment and install the project in it, at the versions of requirements.lock.
#   deploy/make-venv.sh FOLDER WHAT        WHAT is "." or ".[test]"
# Says what it does on stderr, so that stdout stays the command's own; the whole story is in FOLDER/install.log.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1 what=$2

say() { printf '%s\n' "$@" >&2; }

# The first Python that runs a line without complaint.
first_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
        if [[ -n $candidate ]] && "$candidate" -c "$1" >/dev/null 2>&1; then
            printf '%s' "$candidate"
            return
        fi
    done
    return 1
}

make_environment() {
    local python new_enough='import sys; assert sys.version_info >= (3, 11)'
    if python=$(first_python "$new_enough; import ensurepip, venv"); then
        "$python" -m venv --clear "$folder"
    elif python=$(first_python "$new_enough"); then
        say "$python kan ikke lave et virtuelt miljø. På Debian og Ubuntu:  sudo apt install python3-venv" \
            "$python cannot make a virtual environment. On Debian and Ubuntu:  sudo apt install python3-venv"
        return 1
    else
        say 'Der er ingen Python 3.11 eller nyere på maskinen. På Debian og Ubuntu:  sudo apt install python3 python3-venv' \
            'There is no Python 3.11 or newer on this machine. On Debian and Ubuntu:  sudo apt install python3 python3-venv' \
            'Ligger den et andet sted / if it is somewhere else:  PYTHON=/sti/til/python3 make …'
        return 1
    fi
}

install_project() {
    "$folder/bin/python" -m pip install --disable-pip-version-check --no-input --progress-bar off \
        --constraint requirements.lock --editable "$what" 2>&1 |
        tee "$folder/install.log" |
        while read -r line; do
            case $line in Collecting*) printf '.' >&2 ;; Installing\ collected*) printf ' ' >&2 ;; esac
        done
}

"$folder/bin/python" -m pip --version >/dev/null 2>&1 || make_environment
printf 'Installerer (et minut eller to første gang) / installing (a minute or two the first time) ' >&2
if ! install_project; then
    say '' "Det mislykkedes; se $folder/install.log. Er der forbindelse til pypi.org?" \
        "It failed; see $folder/install.log. Can this machine reach pypi.org?"
    tail -n 5 "$folder/install.log" >&2
    exit 1
fi
say 'klar / ready'
