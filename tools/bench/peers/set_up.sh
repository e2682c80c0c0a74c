#!/usr/bin/env bash
# Installs what benchmarks compare with, from lock files: `images` sharp beside this script and OpenCV into
# .venv-bench, `search` other search engines into .venv-bench-search.
set -euo pipefail
cd "$(dirname "$0")/../../.."

environment() { # folder, lock file, what it is
  cmp -s "requirements/$2" "$1/.made-from" && return
  echo "→ $3 into $1" >&2
  .venv/bin/uv venv --quiet --clear --python .venv/bin/python "$1"
  .venv/bin/uv pip sync --quiet --python "$1/bin/python" --require-hashes "requirements/$2"
  cp "requirements/$2" "$1/.made-from"
}

case $1 in
  images)
    if ! cmp -s tools/bench/peers/package-lock.json tools/bench/peers/node_modules/.made-from; then
      echo "→ sharp into tools/bench/peers" >&2
      npm ci --prefix tools/bench/peers --no-audit --no-fund --loglevel error
      cp tools/bench/peers/package-lock.json tools/bench/peers/node_modules/.made-from
    fi
    environment .venv-bench bench.txt OpenCV
    ;;
  search) environment .venv-bench-search bench-search.txt "LanceDB and Qdrant" ;;
esac
