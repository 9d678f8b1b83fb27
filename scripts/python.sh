# Sourced by the verbs beside it: finds a Python that the project runs on, says so where there is none.
# Sets $root (the checkout) and $python.
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd) || exit 1

find_python() {
    # The environment's own, if it works; $PYTHON, if given; then the usual names.
    for candidate in "$root/.venv/bin/python" "${PYTHON:-python3}" \
        python3.14 python3.13 python3.12 python3.11 python3 python; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' \
            2>/dev/null; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

if ! python=$(find_python); then
    found=$( (python3 --version || python --version) 2>/dev/null) || found="no Python at all"
    {
        printf 'Set-up stopped: Python 3.11 to 3.14 is needed; here is %s.\n' "$found"
        printf 'Next step: install one (Debian or Ubuntu: sudo apt install python3 python3-venv; '
        printf 'macOS: brew install python@3.14) and run the same command again.\n'
    } >&2
    exit 1
fi
# A set-up must not run on the interpreter that it may have to replace.
case $python in
"$root"/*)
    base=$("$python" -c 'import sys; print(getattr(sys, "_base_executable", "") or sys.executable)')
    [ -x "$base" ] && python=$base
    ;;
esac
