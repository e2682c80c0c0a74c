"""What a stage says of its GPUs: a part of :mod:`infra.config`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class JobImage(BaseModel):
    """An image in a repository of the account, exactly."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repository: str
    digest: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")


class Gpu(BaseModel):
    """The embed job on GPUs.

    Attributes:
        image: What it runs; None has the Images stack build it.
        instance_types: Machines with one GPU, in the region's zones; the account needs a quota for them.
        max_vcpus: Of all machines together, for spot and for on demand each; 4 are one machine.
        max_jobs: Jobs that the launcher keeps at a time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    image: JobImage | None
    instance_types: tuple[str, ...] = Field(min_length=1)
    max_vcpus: int = Field(ge=4)
    max_jobs: int = Field(ge=1)
