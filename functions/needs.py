"""What a function is: its layers, and what it touches. Words of :mod:`functions.manifest`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Layer(StrEnum):
    """Third-party layers; ``common`` (our own code) is always there."""

    API = "api"
    IMAGING = "imaging"
    RAW = "raw"
    WEBHOOKS = "webhooks"
    SEARCH = "search"
    OPENSEARCH = "opensearch"
    ONNX = "onnx"
    MODEL_DEMO = "model_demo"


class Need(StrEnum):
    """What a function touches, and how."""

    ORIGINALS_READ = "originals:read"
    ORIGINALS_VERSIONS = "originals:versions"
    ORIGINALS_UPLOAD = "originals:upload"
    ORIGINALS_PARTS = "originals:parts"
    ORIGINALS_ABORT = "originals:abort"
    DEVELOPED_READ = "developed:read"
    DEVELOPED_WRITE = "developed:write"
    ORIGINALS_PURGE = "originals:purge"
    DERIVATIVES_READ = "derivatives:read"
    DERIVATIVES_SHOW = "derivatives:show"
    DERIVATIVES_WRITE = "derivatives:write"
    DERIVATIVES_DELETE = "derivatives:delete"
    DERIVATIVES_PURGE = "derivatives:purge"
    EDGE_INVALIDATE = "edge:invalidate"
    CATALOG_READ = "catalog:read"
    CATALOG_BATCH = "catalog:batch"
    CATALOG_PARTS = "catalog:parts"
    CATALOG_INDEX = "catalog:index"
    CATALOG_WRITE = "catalog:write"
    CATALOG_CHECK = "catalog:check"
    UPLOADS = "catalog:uploads"
    CATALOG_PURGE = "catalog:purge"
    CATALOG_POSTPONE = "catalog:postpone"
    FINGERPRINTS = "fingerprints:claim"
    FINGERPRINTS_READ = "fingerprints:read"
    MARKS = "fingerprints:marks"
    HASHES = "fingerprints:hashes"
    HASHES_READ = "fingerprints:hashes-read"
    HASHES_ROUNDS = "fingerprints:hashes-rounds"
    HASHES_PURGE = "fingerprints:hashes-purge"
    ACCOUNTS = "accounts:profile"
    ACCOUNTS_READ = "accounts:read"
    WEBHOOKS = "accounts:webhooks"
    WEBHOOKS_DELETE = "accounts:webhooks-delete"
    IDEMPOTENCY = "idempotency"
    INGEST_QUEUE_SEND = "ingest-queue:send"
    INGEST_QUEUE_CONSUME = "ingest-queue:consume"
    EMBED_LIVE_SEND = "embed-live:send"
    EMBED_LIVE_CONSUME = "embed-live:consume"
    EMBED_LIVE_DRAIN = "embed-live:drain"
    EMBED_BULK_SEND = "embed-bulk:send"
    EMBED_BULK_DRAIN = "embed-bulk:drain"
    EMBED_LOAD = "embed-queues:look"
    EMBED_LISTS = "embed-lists"
    GPU_JOBS = "gpu-jobs:start"
    WEBHOOKS_QUEUE_SEND = "webhooks-queue:send"
    WEBHOOKS_QUEUE_CONSUME = "webhooks-queue:consume"
    CATALOG_STREAM = "catalog-stream:consume"
    MACHINE_START = "ingest-machine:start"
    EVENTS_PUT = "events:put"
    USERS = "users"
    UPLOAD_CREDENTIALS = "upload-credentials"
    CURSOR_SECRET = "cursor-secret"  # a name  # noqa: S105  # nosec B105
    MARK_KEY = "mark-key"
    SEARCH_READ = "search-index:read"
    SEARCH_WRITE = "search-index:write"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """One Lambda function.

    Attributes:
        name: ``service-module``; also the name of its log group.
        handler: Dotted path of the handler.
        layers: Third-party layers that it imports from.
        needs: What it touches.
        memory_mib: Lambda memory; 1769 is one whole vCPU.
        timeout_s: Longest run; None for the dispatcher, whose limit is stage configuration.
    """

    name: str
    handler: str
    layers: tuple[Layer, ...]
    needs: tuple[Need, ...]
    memory_mib: int
    timeout_s: int | None

    @property
    def service(self) -> str:
        """The folder below ``functions/`` that it lives in."""
        return self.handler.split(".")[1]
