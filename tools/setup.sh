#!/usr/bin/env bash
# Makes .venv (Python packages) and node_modules (CDK CLI, validators) from the lock files.
# Safe to repeat: what is up to date is left alone.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  echo "setup: $1" >&2
  exit 1
}

python=${PYTHON:-python3}
command -v "$python" >/dev/null || fail "Python 3.11 or newer is needed; '$python' is not on the PATH."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  fail "Python 3.11 or newer is needed; '$python' is $("$python" -V). Set PYTHON=/path/to/python3.11."
command -v node >/dev/null || fail "Node 20 or newer is needed; 'node' is not on the PATH."
node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' ||
  fail "Node 20 or newer is needed; this is $(node -v)."

current() { # stamp, files that it was made from
  local stamp=$1
  shift
  [ -f "$stamp" ] && cat "$@" | cmp -s - "$stamp"
}

if ! current .venv/.made-from requirements/bootstrap.txt requirements/dev.txt pyproject.toml; then
  started=$SECONDS
  echo "→ Python packages into .venv"
  [ -x .venv/bin/python ] || "$python" -m venv .venv || fail "python -m venv failed (Debian: apt-get install python3-venv)."
  [ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --require-hashes -r requirements/bootstrap.txt
  .venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes requirements/dev.txt
  .venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --editable .
  cat requirements/bootstrap.txt requirements/dev.txt pyproject.toml >.venv/.made-from
  echo "  done in $((SECONDS - started)) s"
fi

if ! current node_modules/.made-from package-lock.json; then
  started=$SECONDS
  echo "→ Node packages into node_modules"
  npm ci --no-audit --no-fund --loglevel error
  cat package-lock.json >node_modules/.made-from
  echo "  done in $((SECONDS - started)) s"
fi
