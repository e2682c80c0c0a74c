"""Where a graph runs: TensorRT or CUDA where they are, else the CPU, with a log line that nobody misses."""

from __future__ import annotations

import logging
from ctypes.util import find_library
from typing import Literal

import onnxruntime

Device = Literal["cpu", "gpu"]

_WARNINGS_AND_WORSE = 3
_TENSORRT, _CUDA, _CPU = "TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"

logger = logging.getLogger(__name__)


def session(graph: bytes, device: Device) -> onnxruntime.InferenceSession:
    """A session for ``graph``.

    On the CPU of a function it has one core: more threads only spin. A job that finds no GPU takes all cores.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _WARNINGS_AND_WORSE
    if device == "cpu":
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        made = onnxruntime.InferenceSession(graph, options, providers=[_CPU])
        made._model_bytes = None  # noqa: SLF001 - kept for other providers: as much memory again for nothing
        return made
    made = onnxruntime.InferenceSession(graph, options, providers=providers())
    in_use = made.get_providers()[0]  # a library that is missing shows only now
    if in_use == _CPU:
        logger.warning("NO_GPU: pictures are embedded on the CPU, a hundred times slower")
    else:
        logger.info("gpu_in_use", extra={"provider": in_use})
    return made


def providers() -> list[str]:
    """What this machine can run a graph on, best first.

    The package names TensorRT wherever it could use it; whether its library is installed is another matter.
    """
    if hasattr(onnxruntime, "preload_dlls"):
        onnxruntime.preload_dlls()  # CUDA and cuDNN from wheels, which the linker does not find by itself
    known = set(onnxruntime.get_available_providers())
    if not find_library("nvinfer"):
        known.discard(_TENSORRT)
    return [provider for provider in (_TENSORRT, _CUDA) if provider in known] + [_CPU]
