#!/usr/bin/env bash
# Compares our export of CLIP with sentence-transformers, in the environment that has torch.
set -euo pipefail
cd "$(dirname "$0")/../.."

tools/torch_env.sh
PYTHONPATH=layers/common/python OMP_NUM_THREADS=1 .venv-train/bin/python -W ignore -m tools.clip_parity "$@"
