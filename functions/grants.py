"""The exact IAM actions behind each need, as data.

``infra`` makes statements of them. Tests hold every call of a handler against them, and every one of them
against the calls. How the search index is reached depends on the stage, and is not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from functions.needs import Need


class Resource(StrEnum):
    """What a grant can be on."""

    ORIGINALS = "originals"
    DERIVATIVES = "derivatives"
    CATALOG = "catalog"
    CATALOG_STREAM = "catalog-stream"
    FINGERPRINTS = "fingerprints"
    ACCOUNTS = "accounts"
    IDEMPOTENCY = "idempotency"
    KEY = "key"
    INGEST_QUEUE = "ingest"
    EMBED_LIVE_QUEUE = "embed-live"
    EMBED_BULK_QUEUE = "embed-bulk"
    WEBHOOKS_QUEUE = "webhooks"
    MACHINE = "machine"
    BUS = "bus"
    USERS = "users"
    UPLOADER = "uploader"
    CURSOR_SECRET = "cursor-secret"  # a name  # noqa: S105  # nosec B105
    MARK_KEY = "mark-key"
    DISTRIBUTION = "distribution"
    GPU_QUEUE = "gpu-queue"
    GPU_DEFINITION = "gpu-definition"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Grant:
    """Actions on one resource.

    Attributes:
        on: The resource; the key only where the stage has one, and ``ANY`` for actions that know none.
        actions: As IAM writes them, without a wildcard.
        part: Of a table, the index that is meant and not the table. Of a bucket, the objects whose keys begin
            so and not the bucket; None is the resource itself.
    """

    on: Resource
    actions: tuple[str, ...]
    part: str | None = None


_DRAIN = ("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage")
# Lambda polls a function's queue by the function's role.
_CONSUME = (*_DRAIN, "sqs:GetQueueAttributes")
_READ_STREAM = (
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
)
_DECRYPT = Grant(Resource.KEY, ("kms:Decrypt",))
_ENCRYPT = Grant(Resource.KEY, ("kms:GenerateDataKey",))
_READ_ROWS = Grant(Resource.KEY, ("kms:Decrypt", "kms:DescribeKey"))
_WRITE_ROWS = Grant(Resource.KEY, ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"))


def _on(resource: Resource, *actions: str, part: str | None = None) -> Grant:
    return Grant(resource, actions, part)


def _list(bucket: Resource) -> Grant:
    """Without it a missing object answers 403 instead of 404."""
    return Grant(bucket, ("s3:ListBucket",))


def _purge(bucket: Resource, *prefixes: str) -> tuple[Grant, ...]:
    """Deletes files in all their versions."""
    delete = ("s3:DeleteObject", "s3:DeleteObjectVersion")
    return (*(Grant(bucket, delete, prefix) for prefix in prefixes), _on(bucket, "s3:ListBucketVersions"))


GRANTS: Mapping[Need, tuple[Grant, ...]] = {
    Need.ORIGINALS_READ: (
        _on(Resource.ORIGINALS, "s3:GetObject", part="originals/"),
        _list(Resource.ORIGINALS),
        _DECRYPT,
    ),
    Need.ORIGINALS_VERSIONS: (
        _on(Resource.ORIGINALS, "s3:GetObjectVersion", part="originals/"),
        _list(Resource.ORIGINALS),
        _DECRYPT,
    ),
    Need.ORIGINALS_UPLOAD: (_on(Resource.ORIGINALS, "s3:PutObject", part="originals/"), _ENCRYPT),
    Need.ORIGINALS_PARTS: (_on(Resource.ORIGINALS, "s3:ListMultipartUploadParts", part="originals/"),),
    Need.ORIGINALS_ABORT: (
        _on(Resource.ORIGINALS, "s3:AbortMultipartUpload", part="originals/"),
        _on(Resource.ORIGINALS, "s3:ListBucketMultipartUploads"),
    ),
    Need.ORIGINALS_PURGE: _purge(Resource.ORIGINALS, "originals/", "developed/"),
    Need.DEVELOPED_READ: (_on(Resource.ORIGINALS, "s3:GetObject", part="developed/"), _DECRYPT),
    Need.DEVELOPED_WRITE: (_on(Resource.ORIGINALS, "s3:PutObject", part="developed/"), _ENCRYPT),
    Need.DERIVATIVES_READ: (
        _on(Resource.DERIVATIVES, "s3:GetObject", part=""),
        _list(Resource.DERIVATIVES),
    ),
    # Signed addresses of pictures that are not public; whoever has one reads by the function's role.
    Need.DERIVATIVES_SHOW: (_on(Resource.DERIVATIVES, "s3:GetObject", part=""),),
    Need.DERIVATIVES_WRITE: (_on(Resource.DERIVATIVES, "s3:PutObject", part=""),),
    Need.DERIVATIVES_DELETE: (_on(Resource.DERIVATIVES, "s3:DeleteObject", part=""),),
    Need.DERIVATIVES_PURGE: _purge(Resource.DERIVATIVES, ""),
    Need.EDGE_INVALIDATE: (_on(Resource.DISTRIBUTION, "cloudfront:CreateInvalidation"),),
    Need.CATALOG_READ: (_on(Resource.CATALOG, "dynamodb:GetItem"),),
    Need.CATALOG_BATCH: (_on(Resource.CATALOG, "dynamodb:BatchGetItem"),),
    # What lies beside a row: decisions, purges, vectors.
    Need.CATALOG_PARTS: (_on(Resource.CATALOG, "dynamodb:Query"),),
    # Work queues and public addresses.
    Need.CATALOG_INDEX: (_on(Resource.CATALOG, "dynamodb:Query", part="gsi2"),),
    Need.CATALOG_WRITE: (_on(Resource.CATALOG, "dynamodb:GetItem", "dynamodb:PutItem"),),
    # A claim is inherited if its owner is dead.
    Need.CATALOG_CHECK: (_on(Resource.CATALOG, "dynamodb:ConditionCheckItem"),),
    Need.CATALOG_PURGE: (_on(Resource.CATALOG, "dynamodb:DeleteItem"),),
    Need.CATALOG_POSTPONE: (_on(Resource.CATALOG, "dynamodb:UpdateItem"),),
    Need.UPLOADS: (_on(Resource.CATALOG, "dynamodb:UpdateItem"),),
    Need.FINGERPRINTS: (_on(Resource.FINGERPRINTS, "dynamodb:GetItem", "dynamodb:PutItem"),),
    Need.FINGERPRINTS_READ: (_on(Resource.FINGERPRINTS, "dynamodb:GetItem"),),
    Need.MARKS: (_on(Resource.FINGERPRINTS, "dynamodb:PutItem"),),
    Need.HASHES: (_on(Resource.FINGERPRINTS, "dynamodb:BatchWriteItem", "dynamodb:Query"),),
    Need.HASHES_ROUNDS: (_on(Resource.FINGERPRINTS, "dynamodb:BatchWriteItem", "dynamodb:DeleteItem"),),
    Need.HASHES_PURGE: (_on(Resource.FINGERPRINTS, "dynamodb:DeleteItem"),),
    Need.HASHES_READ: (_on(Resource.FINGERPRINTS, "dynamodb:Query"),),
    Need.ACCOUNTS: (_on(Resource.ACCOUNTS, "dynamodb:GetItem", "dynamodb:PutItem"), _WRITE_ROWS),
    Need.ACCOUNTS_READ: (_on(Resource.ACCOUNTS, "dynamodb:GetItem"), _READ_ROWS),
    Need.WEBHOOKS: (
        _on(
            Resource.ACCOUNTS, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"
        ),
        _WRITE_ROWS,
    ),
    Need.WEBHOOKS_DELETE: (_on(Resource.ACCOUNTS, "dynamodb:DeleteItem"),),
    Need.IDEMPOTENCY: (
        _on(
            Resource.IDEMPOTENCY,
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
        ),
    ),
    Need.INGEST_QUEUE_SEND: (_on(Resource.INGEST_QUEUE, "sqs:SendMessage"),),
    Need.INGEST_QUEUE_CONSUME: (_on(Resource.INGEST_QUEUE, *_CONSUME),),
    Need.EMBED_LIVE_SEND: (_on(Resource.EMBED_LIVE_QUEUE, "sqs:SendMessage"),),
    Need.EMBED_LIVE_CONSUME: (_on(Resource.EMBED_LIVE_QUEUE, *_CONSUME),),
    Need.EMBED_LIVE_DRAIN: (_on(Resource.EMBED_LIVE_QUEUE, *_DRAIN),),
    Need.EMBED_BULK_SEND: (_on(Resource.EMBED_BULK_QUEUE, "sqs:SendMessage"),),
    Need.EMBED_BULK_DRAIN: (_on(Resource.EMBED_BULK_QUEUE, *_DRAIN),),
    Need.EMBED_LOAD: (
        _on(Resource.EMBED_LIVE_QUEUE, "sqs:GetQueueAttributes"),
        _on(Resource.EMBED_BULK_QUEUE, "sqs:GetQueueAttributes"),
        _on(Resource.ANY, "cloudwatch:GetMetricStatistics"),
    ),
    Need.EMBED_LISTS: (_on(Resource.ORIGINALS, "s3:GetObject", "s3:PutObject", part="bulk/embed/"),),
    Need.GPU_JOBS: (
        _on(Resource.GPU_QUEUE, "batch:SubmitJob"),
        _on(Resource.GPU_DEFINITION, "batch:SubmitJob"),
        _on(Resource.ANY, "batch:ListJobs"),
    ),
    Need.WEBHOOKS_QUEUE_SEND: (_on(Resource.WEBHOOKS_QUEUE, "sqs:SendMessage"),),
    Need.WEBHOOKS_QUEUE_CONSUME: (_on(Resource.WEBHOOKS_QUEUE, *_CONSUME),),
    Need.CATALOG_STREAM: (_on(Resource.CATALOG_STREAM, *_READ_STREAM),),
    Need.MACHINE_START: (_on(Resource.MACHINE, "states:StartSyncExecution"),),
    Need.EVENTS_PUT: (_on(Resource.BUS, "events:PutEvents"),),
    Need.USERS: (_on(Resource.USERS, "cognito-idp:AdminAddUserToGroup", "cognito-idp:AdminGetUser"),),
    Need.UPLOAD_CREDENTIALS: (_on(Resource.UPLOADER, "sts:AssumeRole"),),
    Need.CURSOR_SECRET: (_on(Resource.CURSOR_SECRET, "secretsmanager:GetSecretValue"),),
    Need.MARK_KEY: (_on(Resource.MARK_KEY, "secretsmanager:GetSecretValue"),),
    Need.SEARCH_READ: (),
    Need.SEARCH_WRITE: (),
    # The deployed one is a layer, which brings its own variable.
    Need.MODEL: (_on(Resource.ORIGINALS, "s3:GetObject", part="models/"),),
}
