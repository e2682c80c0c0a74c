"""What only stages with GPUs have: the job definition of AWS Batch, and the function that starts jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from functions.needs import FunctionSpec, Layer, Need


@dataclass(frozen=True, slots=True)
class JobSpec:
    """One job definition of AWS Batch, whose image has all packages.

    Attributes:
        name: Also the name of its log group.
        command: What the container runs; ``Ref::NAME`` stands for a parameter of the job.
        parameters: Their values where a job gives no other.
        needs: What it touches.
        cpus: Cores; ``memory_mib`` memory. A g6.xlarge has 4 and 16 GiB, some of it for the system.
        timeout_s: Longest run of one attempt.
    """

    name: str
    command: tuple[str, ...]
    parameters: Mapping[str, str]
    needs: tuple[Need, ...]
    cpus: int
    memory_mib: int
    timeout_s: int

    def run_with(self, **parameters: str) -> list[str]:
        """The command of one job, as AWS Batch makes it."""
        given = {f"Ref::{name}": value for name, value in {**self.parameters, **parameters}.items()}
        return [given.get(word, word) for word in self.command]


GPU_FUNCTIONS: tuple[FunctionSpec, ...] = (
    FunctionSpec(
        "embed-launch",
        "functions.embed.launch.handler",
        (Layer.API,),
        (Need.EMBED_LOAD, Need.GPU_JOBS),
        512,
        30,
    ),
)

EMBED_JOB = JobSpec(
    name="embed-job",
    command=(
        *("python", "-m", "gpu_batch.job", "Ref::source"),
        *("--idle-s", "Ref::idle_s", "--model", "Ref::model"),
    ),
    parameters={"source": "live", "idle_s": "60", "model": "serving"},
    needs=(
        Need.EMBED_LIVE_DRAIN,
        Need.EMBED_BULK_DRAIN,
        Need.EMBED_LISTS,
        Need.DERIVATIVES_READ,
        Need.MODEL,
        Need.CATALOG_WRITE,
        Need.CATALOG_BATCH,
        Need.HASHES,
    ),
    cpus=4,
    memory_mib=14_336,
    timeout_s=6 * 3600,
)
