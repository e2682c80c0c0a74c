#!/usr/bin/env bash
# Writes the lock files: exact versions and hashes, no download addresses. Versions that are locked stay, unless
# pyproject.toml asks for others; `tools/lock.sh --upgrade` takes newer ones.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=.venv/bin/uv
[ -x "$uv" ] || uv=uv

lock() { # output, then what to lock
  local output=$1
  shift
  case " $* " in *" --python-platform "*) ;; *) set -- "$@" --universal ;; esac
  "$uv" pip compile "$@" --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-header --quiet --output-file "$output" ${upgrade:-}
  echo "  $output"
}

[ "${1:-}" = --upgrade ] && upgrade=--upgrade
lock requirements/dev.txt pyproject.toml --group dev
for group in bootstrap engine policy bench bench-search train; do lock "requirements/$group.txt" --group "$group"; done
# A layer holds the versions that the development environment tested, less what its excludes.txt names.
for layer in api imaging raw webhooks search opensearch onnx; do
  excludes="layers/$layer/excludes.txt"
  [ -f "$excludes" ] && excludes="--excludes $excludes" || excludes=
  # shellcheck disable=SC2086 # two words or none
  lock "layers/$layer/requirements.txt" --group "$layer" --constraints requirements/dev.txt $excludes
done
# The image of the embed job: the tested versions again, but ONNX Runtime for GPUs; CUDA apart, as it is 2 GB.
image=(--python-platform x86_64-manylinux_2_28)
lock requirements/gpu.txt --group gpu --constraints requirements/dev.txt --excludes layers/onnx/excludes.txt "${image[@]}"
shared=()
for package in $(sed -nE 's/^([a-z0-9-]+)==.*/\1/p' requirements/gpu.txt); do shared+=(--no-emit-package "$package"); done
lock requirements/cuda.txt --group cuda --constraints requirements/gpu.txt --excludes layers/onnx/excludes.txt "${shared[@]}" \
  "${image[@]}"
for folder in tools/bench/peers tests/e2e/browser/uppy5 tests/e2e/browser/uppy6; do
  npm install --prefix "$folder" --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund --loglevel error
  echo "  $folder/package-lock.json"
done
