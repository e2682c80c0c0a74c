"""Stages with GPUs: with an image of their own, and with one that CodeBuild makes."""

from infra.gpu_config import Gpu, JobImage

_TYPES = ("g6.xlarge", "g5.xlarge")
BUILT_HERE = Gpu(image=None, instance_types=_TYPES, max_vcpus=16, max_jobs=4)
DIGEST = "sha256:" + "5" * 64
BY_DIGEST = Gpu(
    image=JobImage(repository="ours/embed-job", digest=DIGEST),
    instance_types=_TYPES,
    max_vcpus=16,
    max_jobs=4,
)
