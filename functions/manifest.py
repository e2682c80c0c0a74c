"""Every Lambda function, as data; its routes are in :mod:`functions.routes`. ``infra`` reads both.

A need names what a function touches; ``infra`` turns it into environment variables and exact grants,
so a function can reach nothing that is not listed here.
"""

from __future__ import annotations

from dataclasses import dataclass

from functions.needs import Layer, Need

__all__ = ["FUNCTIONS", "FunctionSpec", "Layer", "Need"]


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


_IMAGING = (Layer.API, Layer.IMAGING)
_INDEX = (Layer.SEARCH, Layer.OPENSEARCH)
_VECTORS = (Layer.API, *_INDEX, Layer.ONNX)

FUNCTIONS: tuple[FunctionSpec, ...] = (
    FunctionSpec(
        "auth-api", "functions.auth.api.handler", (Layer.API,), (Need.USERS, Need.ACCOUNTS), 512, 10
    ),
    FunctionSpec(
        "uploads-api",
        "functions.uploads.api.handler",
        (Layer.API,),
        (
            Need.CATALOG_WRITE,
            Need.UPLOADS,
            Need.FINGERPRINTS_READ,
            Need.ORIGINALS_READ,
            Need.ORIGINALS_UPLOAD,
            Need.ORIGINALS_PARTS,
            Need.INGEST_QUEUE_SEND,
            Need.ACCOUNTS_READ,
            Need.IDEMPOTENCY,
            Need.CURSOR_SECRET,
            Need.UPLOAD_CREDENTIALS,
        ),
        512,
        29,
    ),
    FunctionSpec(
        "companion-api",
        "functions.companion.api.handler",
        (Layer.API,),
        (
            Need.CATALOG_WRITE,
            Need.UPLOADS,
            Need.ORIGINALS_READ,
            Need.ORIGINALS_UPLOAD,
            Need.ORIGINALS_PARTS,
        ),
        512,
        10,
    ),
    FunctionSpec(
        "contributor-api",
        "functions.contributor.api.handler",
        (Layer.API,),
        (
            Need.CATALOG_WRITE,
            Need.CATALOG_PURGE,
            Need.FINGERPRINTS,
            Need.DERIVATIVES_READ,
            Need.DERIVATIVES_PURGE,
            Need.INGEST_QUEUE_SEND,
            Need.EMBED_LIVE_SEND,
        ),
        512,
        10,
    ),
    FunctionSpec(
        "moderation-api",
        "functions.moderation.api.handler",
        (Layer.API,),
        (
            Need.CATALOG_WRITE,
            Need.FINGERPRINTS,
            Need.DERIVATIVES_READ,
            Need.DERIVATIVES_PURGE,
            Need.INGEST_QUEUE_SEND,
            Need.CURSOR_SECRET,
        ),
        512,
        10,
    ),
    FunctionSpec(
        "moderation-purge",
        "functions.moderation.purge.handler",
        (Layer.API,),
        (
            Need.CATALOG_READ,
            Need.CATALOG_PURGE,
            Need.DERIVATIVES_PURGE,
            Need.ORIGINALS_PURGE,
            Need.HASHES_PURGE,
            Need.EDGE_INVALIDATE,
        ),
        512,
        60,
    ),
    FunctionSpec(
        "search-api",
        "functions.search.api.handler",
        (*_VECTORS, Layer.IMAGING, Layer.MODEL_DEMO),
        (Need.SEARCH_READ, Need.MODEL, Need.CATALOG_READ, Need.CURSOR_SECRET),
        1769,
        10,
    ),
    FunctionSpec(
        "marks-api",
        "functions.marks.api.handler",
        _IMAGING,
        (Need.FINGERPRINTS_READ, Need.MARK_KEY),
        1769,
        20,
    ),
    FunctionSpec("meta-api", "functions.meta.api.handler", (Layer.API,), (), 256, 10),
    FunctionSpec(
        "ingest-dispatch",
        "functions.ingest.dispatch.handler",
        (Layer.API,),
        (Need.INGEST_QUEUE_CONSUME, Need.MACHINE_START, Need.CATALOG_WRITE, Need.UPLOADS),
        512,
        None,
    ),
    FunctionSpec(
        "ingest-validate",
        "functions.ingest.validate.handler",
        _IMAGING,
        (Need.ORIGINALS_READ, Need.CATALOG_WRITE, Need.FINGERPRINTS),
        1769,
        18,
    ),
    FunctionSpec(
        "ingest-develop",
        "functions.ingest.develop.handler",
        (*_IMAGING, Layer.RAW),
        (Need.ORIGINALS_READ, Need.DEVELOPED_WRITE),
        1769,
        22,
    ),
    FunctionSpec(
        "ingest-render",
        "functions.ingest.render.handler",
        _IMAGING,
        (Need.ORIGINALS_READ, Need.DEVELOPED_READ, Need.DERIVATIVES_WRITE),
        1769,
        41,
    ),
    FunctionSpec(
        "ingest-watermark",
        "functions.ingest.watermark.handler",
        _IMAGING,
        (Need.ORIGINALS_READ, Need.DEVELOPED_READ, Need.DERIVATIVES_WRITE, Need.MARK_KEY),
        1769,
        41,
    ),
    FunctionSpec(
        "ingest-metadata",
        "functions.ingest.metadata.handler",
        _IMAGING,
        (Need.ORIGINALS_READ, Need.CATALOG_WRITE),
        512,
        15,
    ),
    FunctionSpec(
        "ingest-record",
        "functions.ingest.record.handler",
        (Layer.API,),
        (Need.CATALOG_WRITE, Need.EMBED_LIVE_SEND),
        512,
        6,
    ),
    FunctionSpec(
        "ingest-sweep",
        "functions.ingest.sweep.handler",
        (Layer.API,),
        (
            Need.CATALOG_WRITE,
            Need.UPLOADS,
            Need.ORIGINALS_READ,
            Need.ORIGINALS_PARTS,
            Need.INGEST_QUEUE_SEND,
        ),
        512,
        60,
    ),
    FunctionSpec(
        "delivery-render",
        "functions.delivery.render.handler",
        _IMAGING,
        (
            Need.CATALOG_READ,
            Need.ORIGINALS_READ,
            Need.DEVELOPED_READ,
            Need.DERIVATIVES_READ,
            Need.DERIVATIVES_WRITE,
            Need.DERIVATIVES_DELETE,
            Need.FINGERPRINTS,
            Need.MARK_KEY,
            Need.IDEMPOTENCY,
        ),
        1769,
        55,
    ),
    FunctionSpec(
        "backfill-revise",
        "functions.backfill.revise.handler",
        (*_IMAGING, Layer.RAW),
        (
            Need.CATALOG_WRITE,
            Need.ORIGINALS_READ,
            Need.DEVELOPED_READ,
            Need.DEVELOPED_WRITE,
            Need.DERIVATIVES_WRITE,
            Need.FINGERPRINTS,
            Need.MARK_KEY,
            Need.EMBED_BULK_SEND,
        ),
        1769,
        180,
    ),
    FunctionSpec(
        "embed-live",
        "functions.embed.live.handler",
        (*_VECTORS, Layer.IMAGING, Layer.MODEL_DEMO),
        (
            Need.EMBED_LIVE_CONSUME,
            Need.DERIVATIVES_READ,
            Need.CATALOG_WRITE,
            Need.HASHES,
            Need.SEARCH_READ,
            Need.SEARCH_WRITE,
            Need.MODEL,
        ),
        1769,
        120,
    ),
    FunctionSpec(
        "embed-second-look",
        "functions.embed.second_look.handler",
        (Layer.API, *_INDEX, Layer.IMAGING),
        (Need.CATALOG_WRITE, Need.HASHES_READ, Need.HASHES_ROUNDS, Need.SEARCH_READ),
        1769,
        900,
    ),
    FunctionSpec(
        "indexer-stream",
        "functions.indexer.stream.handler",
        _VECTORS,
        (Need.CATALOG_STREAM, Need.CATALOG_READ, Need.SEARCH_WRITE, Need.EVENTS_PUT),
        1024,
        60,
    ),
    FunctionSpec(
        "webhooks-api",
        "functions.webhooks.api.handler",
        (Layer.API,),
        (Need.WEBHOOKS, Need.WEBHOOKS_DELETE, Need.WEBHOOKS_QUEUE_SEND, Need.IDEMPOTENCY),
        512,
        10,
    ),
    FunctionSpec(
        "webhooks-deliver",
        "functions.webhooks.deliver.handler",
        (Layer.API, Layer.WEBHOOKS),
        (Need.WEBHOOKS, Need.WEBHOOKS_QUEUE_SEND, Need.WEBHOOKS_QUEUE_CONSUME, Need.EVENTS_PUT),
        512,
        60,
    ),
)
