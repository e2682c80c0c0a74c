from __future__ import annotations

import logging

import numpy as np
import onnxruntime
import pytest

from lumenstock.adapters.onnx import devices
from lumenstock.adapters.onnx.embedder import OnnxEmbedder
from tools.train_demo import MODEL_FOLDER

PIXELS = np.full((2, 64, 64, 3), 128, np.uint8)


def test_a_job_without_a_gpu_embeds_the_same_and_says_so_loudly(caplog: pytest.LogCaptureFixture) -> None:
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this machine may have a GPU")
    with caplog.at_level(logging.WARNING, "lumenstock"):
        vectors = OnnxEmbedder(MODEL_FOLDER, device="gpu").encode_images(PIXELS)
    assert [record.message for record in caplog.records if "NO_GPU" in record.message]
    on_cpu = OnnxEmbedder(MODEL_FOLDER).encode_images(PIXELS)
    assert np.allclose(vectors, on_cpu, atol=1e-5)


@pytest.mark.parametrize(
    ("known", "library", "best"),
    [
        (["CPUExecutionProvider"], None, "CPUExecutionProvider"),
        (["CUDAExecutionProvider", "CPUExecutionProvider"], None, "CUDAExecutionProvider"),
        (
            ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"],
            None,
            "CUDAExecutionProvider",
        ),
        (
            ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"],
            "libnvinfer.so.10",
            "TensorrtExecutionProvider",
        ),
    ],
    ids=["cpu", "cuda", "tensorrt named but not installed", "tensorrt"],
)
def test_the_best_that_is_there_comes_first_and_the_cpu_last(
    monkeypatch: pytest.MonkeyPatch, known: list[str], library: str | None, best: str
) -> None:
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: known)
    monkeypatch.setattr(devices, "find_library", lambda _: library)
    found = devices.providers()
    assert (found[0], found[-1]) == (best, "CPUExecutionProvider")


@pytest.mark.gpu
def test_on_a_gpu_the_vectors_are_those_of_the_cpu() -> None:
    if "CUDAExecutionProvider" not in devices.providers():
        pytest.skip("there is no CUDA device")
    on_gpu = OnnxEmbedder(MODEL_FOLDER, device="gpu").encode_images(PIXELS)
    on_cpu = OnnxEmbedder(MODEL_FOLDER).encode_images(PIXELS)
    assert np.einsum("nd,nd->n", on_gpu, on_cpu).min() > 0.999
