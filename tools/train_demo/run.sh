#!/usr/bin/env bash
# Trains the demo model in an environment of its own (torch, 5 GB); what it made replaces the shipped model.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! cmp -s requirements/train.txt .venv-train/.made-from; then
  echo "→ Python packages into .venv-train"
  [ -x .venv-train/bin/python ] || .venv/bin/uv venv --quiet --python .venv/bin/python .venv-train
  .venv/bin/uv pip sync --quiet --python .venv-train/bin/python --require-hashes requirements/train.txt
  cp requirements/train.txt .venv-train/.made-from
fi
PYTHONPATH=layers/common/python OMP_NUM_THREADS=1 .venv-train/bin/python -W ignore -m tools.train_demo "$@"
