"""What a stage decides about its search index."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from infra.sizing import DIMENSION, Cluster, cluster_for


class Search(BaseModel):
    """The search index.

    Attributes:
        engine: What the functions use; ``opensearch`` is the stage's own domain, or what is at ``endpoint``.
        folder: Where the embedded one lies, relative to the repository.
        endpoint: Address of an OpenSearch that is there already; ``vectors`` is what searches vectors in it.
        model_memory_mib: Memory of each function that runs a model. The shipped one takes next to nothing;
            CLIP takes 3.5 GB while it is loaded: see docs/models.md.
        documents: Pictures that a domain is made for, in ``1 + replicas`` copies: see ``infra.sizing``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: Literal["embedded", "opensearch", "none"]
    folder: str | None
    endpoint: str | None
    vectors: Literal["faiss", "lucene"]
    documents: int = Field(gt=0)
    replicas: int = Field(ge=0, le=2)
    model_memory_mib: int = Field(default=1769, ge=1769, le=10_240)

    @property
    def domain(self) -> bool:
        """Whether the stage makes an OpenSearch of its own."""
        return self.engine == "opensearch" and self.endpoint is None

    @property
    def cluster(self) -> Cluster:
        """What such a domain is made of."""
        return cluster_for(self.documents, DIMENSION, self.vectors, self.replicas)
