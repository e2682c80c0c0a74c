#!/usr/bin/env bash
# Installs what the image benchmarks compare with, from lock files: sharp beside this script, OpenCV into .venv-bench.
set -euo pipefail
cd "$(dirname "$0")/../../.."

if ! cmp -s tools/bench/peers/package-lock.json tools/bench/peers/node_modules/.made-from; then
  echo "→ sharp into tools/bench/peers" >&2
  npm ci --prefix tools/bench/peers --no-audit --no-fund --silent
  cp tools/bench/peers/package-lock.json tools/bench/peers/node_modules/.made-from
fi
if ! cmp -s requirements/bench.txt .venv-bench/.made-from; then
  echo "→ OpenCV into .venv-bench" >&2
  .venv/bin/uv venv --quiet --clear --python .venv/bin/python .venv-bench
  .venv/bin/uv pip sync --quiet --python .venv-bench/bin/python --require-hashes requirements/bench.txt
  cp requirements/bench.txt .venv-bench/.made-from
fi
