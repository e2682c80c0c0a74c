#!/usr/bin/env bash
# Trains the demo model in the environment that has torch; what it made replaces the shipped model.
set -euo pipefail
cd "$(dirname "$0")/../.."

tools/torch_env.sh
PYTHONPATH=layers/common/python OMP_NUM_THREADS=1 .venv-train/bin/python -W ignore -m tools.train_demo "$@"
