"""What each need of a function means: environment variables, and IAM statements with exact actions.

CDK's own grants are not used: they hold wildcards (``s3:GetObject*``, ``kms:ReEncrypt*``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs

from functions.manifest import Need
from infra.constructs.findings import imported, nag
from infra.search_access import INDEX_REQUESTS, SEARCH_REQUESTS, SearchAccess

_READ = ("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query")
_INDEXES = ("gsi1", "gsi2")
_WRITE = ("dynamodb:ConditionCheckItem", "dynamodb:PutItem")
_CONSUME = (
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
)
_READ_STREAM = (
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
)
_USERS = (
    "cognito-idp:AdminAddUserToGroup",
    "cognito-idp:AdminGetUser",
)


@dataclass(frozen=True, slots=True)
class Resources:
    """Everything that a need can name.

    ``key`` encrypts originals and accounts where the stage has one; ``distribution`` is made after the rest.
    """

    originals: s3.IBucket
    derivatives: s3.IBucket
    catalog: dynamodb.TableV2
    fingerprints: dynamodb.TableV2
    accounts: dynamodb.TableV2
    idempotency: dynamodb.TableV2
    bus: events.IEventBus
    user_pool: cognito.IUserPool
    user_pool_client: cognito.IUserPoolClient
    cursor_secret_arn: str
    mark_key_arn: str
    ingest_queue: sqs.IQueue
    embed_live_queue: sqs.IQueue
    embed_bulk_queue: sqs.IQueue
    webhooks_queue: sqs.IQueue
    machine_arn: str
    uploader_arn: str
    search: SearchAccess
    key: kms.IKey | None
    gpu_queue_arn: str = ""
    gpu_definition_arn: str = ""
    distribution: cloudfront.IDistribution | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """What one need gives to a function, and the findings on it that are meant (id to reason)."""

    environment: Mapping[str, str] = field(default_factory=dict)
    statements: tuple[iam.PolicyStatement, ...] = ()
    accepted: Mapping[str, str] = field(default_factory=dict)

    def __add__(self, other: Access) -> Access:
        """Both."""
        return Access(
            {**self.environment, **other.environment},
            self.statements + other.statements,
            {**self.accepted, **other.accepted},
        )


def allow(actions: Sequence[str], *resources: str) -> iam.PolicyStatement:
    """A statement that allows exactly these actions on these resources."""
    return iam.PolicyStatement(actions=list(actions), resources=list(resources))


def access(need: Need, on: Resources) -> Access:
    """Variables and statements of one need."""
    return _ACCESS[need](on)


def _objects(variable: str, bucket: s3.IBucket, prefix: str, *actions: str) -> Access:
    finding = f"Resource::{imported(bucket.stack, bucket.bucket_arn)}/{prefix}*"
    return Access(
        {variable: bucket.bucket_name},
        (allow(actions, bucket.arn_for_objects(f"{prefix}*")),),
        {nag("IAM5", finding): "The function works on the files of every image"},
    )


def _listing(bucket: s3.IBucket) -> Access:
    """Without it a missing object answers 403 instead of 404."""
    return Access(statements=(allow(["s3:ListBucket"], bucket.bucket_arn),))


def _purge(variable: str, bucket: s3.IBucket, prefix: str) -> Access:
    """Deletes files in all their versions."""
    listing = allow(["s3:ListBucketVersions"], bucket.bucket_arn)
    return _objects(variable, bucket, prefix, "s3:DeleteObject", "s3:DeleteObjectVersion") + Access(
        statements=(listing,)
    )


def _key(key: kms.IKey | None, *actions: str) -> Access:
    return Access(statements=(allow(actions, key.key_arn),)) if key else Access()


def _table(variable: str, table: dynamodb.TableV2, *actions: str, indexes: Sequence[str] = ()) -> Access:
    arns = (table.table_arn, *(f"{table.table_arn}/index/{index}" for index in indexes))
    return Access({variable: table.table_name}, (allow(actions, *arns),))


def _secret(variable: str, arn: str) -> Access:
    return Access({variable: arn}, (allow(["secretsmanager:GetSecretValue"], arn),))


def _queue(variable: str, queue: sqs.IQueue, *actions: str) -> Access:
    return Access({variable: queue.queue_url}, (allow(actions, queue.queue_arn),))


def _edge(distribution: cloudfront.IDistribution | None) -> Access:
    if distribution is None:
        raise ValueError("A function that empties the CDN's caches is made in the stack of the CDN.")
    return Access(
        {"DISTRIBUTION_ID": distribution.distribution_id},
        (allow(["cloudfront:CreateInvalidation"], distribution.distribution_arn),),
    )


def _index(search: SearchAccess, requests: Mapping[str, Sequence[str]]) -> Access:
    """Requests by method to paths of the domain; ``img`` is the index's name in its adapter."""
    if (domain := search.domain) is None:
        return Access(search.environment)
    statements = (
        allow([f"es:ESHttp{method}"], *(f"{domain.domain_arn}/{path}" for path in paths))
        for method, paths in requests.items()
    )
    finding = f"Resource::{imported(domain.stack, domain.domain_arn)}/_alias/img-*"
    named = {
        nag("IAM5", finding): "A writer asks for all aliases of the index; one that is missing is no error"
    }
    return Access(search.environment, tuple(statements), named if "Get" in requests else {})


_ACCESS: dict[Need, Callable[[Resources], Access]] = {
    Need.ORIGINALS_READ: lambda on: (
        _objects("ORIGINALS_BUCKET", on.originals, "originals/", "s3:GetObject", "s3:GetObjectVersion")
        + _listing(on.originals)
        + _key(on.key, "kms:Decrypt")
    ),
    Need.ORIGINALS_UPLOAD: lambda on: (
        _objects("ORIGINALS_BUCKET", on.originals, "originals/", "s3:PutObject")
        + _key(on.key, "kms:GenerateDataKey")
    ),
    Need.ORIGINALS_PARTS: lambda on: (
        _objects(
            "ORIGINALS_BUCKET",
            on.originals,
            "originals/",
            "s3:AbortMultipartUpload",
            "s3:ListMultipartUploadParts",
        )
        + Access(statements=(allow(["s3:ListBucketMultipartUploads"], on.originals.bucket_arn),))
    ),
    Need.DEVELOPED_READ: lambda on: (
        _objects("ORIGINALS_BUCKET", on.originals, "developed/", "s3:GetObject") + _key(on.key, "kms:Decrypt")
    ),
    Need.DEVELOPED_WRITE: lambda on: (
        _objects("ORIGINALS_BUCKET", on.originals, "developed/", "s3:PutObject")
        + _key(on.key, "kms:GenerateDataKey")
    ),
    Need.ORIGINALS_PURGE: lambda on: (
        _purge("ORIGINALS_BUCKET", on.originals, "originals/")
        + _purge("ORIGINALS_BUCKET", on.originals, "developed/")
    ),
    Need.DERIVATIVES_READ: lambda on: (
        _objects("DERIVATIVES_BUCKET", on.derivatives, "", "s3:GetObject") + _listing(on.derivatives)
    ),
    Need.DERIVATIVES_WRITE: lambda on: _objects("DERIVATIVES_BUCKET", on.derivatives, "", "s3:PutObject"),
    Need.DERIVATIVES_DELETE: lambda on: _objects("DERIVATIVES_BUCKET", on.derivatives, "", "s3:DeleteObject"),
    Need.DERIVATIVES_PURGE: lambda on: _purge("DERIVATIVES_BUCKET", on.derivatives, ""),
    Need.EDGE_INVALIDATE: lambda on: _edge(on.distribution),
    Need.CATALOG_READ: lambda on: _table("CATALOG_TABLE", on.catalog, *_READ, indexes=_INDEXES),
    Need.CATALOG_WRITE: lambda on: _table("CATALOG_TABLE", on.catalog, *_READ, *_WRITE, indexes=_INDEXES),
    Need.UPLOADS: lambda on: _table("CATALOG_TABLE", on.catalog, "dynamodb:UpdateItem"),
    Need.FINGERPRINTS_READ: lambda on: _table("FINGERPRINTS_TABLE", on.fingerprints, "dynamodb:GetItem"),
    Need.CATALOG_PURGE: lambda on: _table("CATALOG_TABLE", on.catalog, "dynamodb:DeleteItem"),
    Need.FINGERPRINTS: lambda on: _table(
        "FINGERPRINTS_TABLE", on.fingerprints, "dynamodb:GetItem", "dynamodb:PutItem"
    ),
    Need.HASHES: lambda on: _table(
        "FINGERPRINTS_TABLE", on.fingerprints, "dynamodb:BatchWriteItem", "dynamodb:Query"
    ),
    Need.HASHES_ROUNDS: lambda on: _table(
        "FINGERPRINTS_TABLE", on.fingerprints, "dynamodb:BatchWriteItem", "dynamodb:DeleteItem"
    ),
    Need.HASHES_PURGE: lambda on: _table("FINGERPRINTS_TABLE", on.fingerprints, "dynamodb:DeleteItem"),
    Need.HASHES_READ: lambda on: _table("FINGERPRINTS_TABLE", on.fingerprints, "dynamodb:Query"),
    Need.ACCOUNTS: lambda on: (
        _table("ACCOUNTS_TABLE", on.accounts, "dynamodb:GetItem", "dynamodb:PutItem")
        + _key(on.key, "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")
    ),
    Need.ACCOUNTS_READ: lambda on: (
        _table("ACCOUNTS_TABLE", on.accounts, "dynamodb:GetItem")
        + _key(on.key, "kms:Decrypt", "kms:DescribeKey")
    ),
    Need.WEBHOOKS: lambda on: (
        _table(
            "ACCOUNTS_TABLE",
            on.accounts,
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        )
        + _key(on.key, "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")
    ),
    Need.WEBHOOKS_DELETE: lambda on: _table("ACCOUNTS_TABLE", on.accounts, "dynamodb:DeleteItem"),
    Need.IDEMPOTENCY: lambda on: _table(
        "IDEMPOTENCY_TABLE",
        on.idempotency,
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
    ),
    # A message names the bucket.
    Need.INGEST_QUEUE_SEND: lambda on: (
        _queue("INGEST_QUEUE_URL", on.ingest_queue, "sqs:SendMessage")
        + Access({"ORIGINALS_BUCKET": on.originals.bucket_name})
    ),
    Need.INGEST_QUEUE_CONSUME: lambda on: _queue("INGEST_QUEUE_URL", on.ingest_queue, *_CONSUME),
    Need.EMBED_LIVE_SEND: lambda on: _queue("EMBED_LIVE_QUEUE_URL", on.embed_live_queue, "sqs:SendMessage"),
    Need.EMBED_LIVE_CONSUME: lambda on: _queue("EMBED_LIVE_QUEUE_URL", on.embed_live_queue, *_CONSUME),
    Need.WEBHOOKS_QUEUE_SEND: lambda on: _queue("WEBHOOKS_QUEUE_URL", on.webhooks_queue, "sqs:SendMessage"),
    Need.WEBHOOKS_QUEUE_CONSUME: lambda on: _queue("WEBHOOKS_QUEUE_URL", on.webhooks_queue, *_CONSUME),
    Need.EMBED_BULK_SEND: lambda on: _queue("EMBED_BULK_QUEUE_URL", on.embed_bulk_queue, "sqs:SendMessage"),
    Need.EMBED_BULK_CONSUME: lambda on: _queue("EMBED_BULK_QUEUE_URL", on.embed_bulk_queue, *_CONSUME),
    Need.EMBED_LOAD: lambda on: (
        _queue("EMBED_LIVE_QUEUE_URL", on.embed_live_queue, "sqs:GetQueueAttributes")
        + _queue("EMBED_BULK_QUEUE_URL", on.embed_bulk_queue, "sqs:GetQueueAttributes")
        + Access(statements=(allow(["cloudwatch:GetMetricStatistics"], "*"),))  # knows no resource
    ),
    Need.EMBED_LISTS: lambda on: _objects(
        "ORIGINALS_BUCKET", on.originals, "bulk/embed/", "s3:GetObject", "s3:PutObject"
    ),
    Need.GPU_JOBS: lambda on: Access(
        {"GPU_QUEUE_ARN": on.gpu_queue_arn, "GPU_DEFINITION_ARN": on.gpu_definition_arn},
        (
            allow(["batch:SubmitJob"], on.gpu_queue_arn, on.gpu_definition_arn),
            allow(["batch:ListJobs"], "*"),  # knows no resource
        ),
    ),
    Need.CATALOG_STREAM: lambda on: Access(
        statements=(allow(_READ_STREAM, on.catalog.table_stream_arn or ""),)
    ),
    Need.MACHINE_START: lambda on: Access(
        {"INGEST_MACHINE_ARN": on.machine_arn}, (allow(["states:StartSyncExecution"], on.machine_arn),)
    ),
    Need.EVENTS_PUT: lambda on: Access(
        {"EVENT_BUS_NAME": on.bus.event_bus_name}, (allow(["events:PutEvents"], on.bus.event_bus_arn),)
    ),
    Need.USERS: lambda on: Access(
        {
            "USER_POOL_ID": on.user_pool.user_pool_id,
            "USER_POOL_CLIENT_ID": on.user_pool_client.user_pool_client_id,
        },
        (allow(_USERS, on.user_pool.user_pool_arn),),
    ),
    Need.UPLOAD_CREDENTIALS: lambda on: Access(
        {"UPLOAD_ROLE_ARN": on.uploader_arn}, (allow(["sts:AssumeRole"], on.uploader_arn),)
    ),
    Need.CURSOR_SECRET: lambda on: _secret("CURSOR_SECRET_ARN", on.cursor_secret_arn),
    Need.MARK_KEY: lambda on: _secret("MARK_KEY_ARN", on.mark_key_arn),
    Need.SEARCH_READ: lambda on: _index(on.search, SEARCH_REQUESTS),
    Need.SEARCH_WRITE: lambda on: _index(on.search, INDEX_REQUESTS),
    Need.MODEL: lambda _: Access(),  # a layer, which brings its own variable
}
