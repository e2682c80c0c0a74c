#!/usr/bin/env bash
# Makes .venv-train: torch and sentence-transformers (5 GB), kept apart from everything that the product runs on.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! cmp -s requirements/train.txt .venv-train/.made-from; then
  echo "→ Python packages into .venv-train"
  [ -x .venv-train/bin/python ] || .venv/bin/uv venv --quiet --python .venv/bin/python .venv-train
  .venv/bin/uv pip sync --quiet --python .venv-train/bin/python --require-hashes requirements/train.txt
  cp requirements/train.txt .venv-train/.made-from
fi
