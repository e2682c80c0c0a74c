#!/usr/bin/env bash
# Fetches the two Uppy versions of the browser tests, as published and locked, into .cache/uppy.
# Safe to repeat: what is up to date is left alone.
set -euo pipefail
cd "$(dirname "$0")/.."

for version in 5 6; do
  from=tests/e2e/browser/uppy$version to=.cache/uppy/$version
  cmp -s "$from/package-lock.json" "$to/.made-from" && continue
  started=$SECONDS
  echo "→ Uppy $version into $to"
  mkdir -p "$to"
  cp "$from/package.json" "$from/package-lock.json" "$to"
  npm ci --prefix "$to" --no-audit --no-fund --loglevel error
  cp "$from/package-lock.json" "$to/.made-from"
  echo "  done in $((SECONDS - started)) s"
done
