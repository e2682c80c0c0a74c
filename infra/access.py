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

from functions.grants import GRANTS, Grant, Resource
from functions.manifest import Need
from infra.constructs.findings import imported, nag
from infra.search_access import INDEX_REQUESTS, SEARCH_REQUESTS, SearchAccess


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


_Place = tuple[str, Mapping[str, str]]


def allow(actions: Sequence[str], *resources: str) -> iam.PolicyStatement:
    """A statement that allows exactly these actions on these resources."""
    return iam.PolicyStatement(actions=list(actions), resources=list(resources))


def access(need: Need, on: Resources) -> Access:
    """Variables and statements of one need."""
    meant = Access()
    for grant in GRANTS[need]:
        meant += _granted(grant, on)
    if need is Need.INGEST_QUEUE_SEND:
        meant += Access({"ORIGINALS_BUCKET": on.originals.bucket_name})  # a message names the bucket
    if need in _REQUESTS:
        meant += _index(on.search, _REQUESTS[need])
    return meant


def _granted(grant: Grant, on: Resources) -> Access:
    if grant.on is Resource.KEY and on.key is None:
        return Access()
    arn, environment = _RESOURCES[grant.on](on)
    if grant.part is None:
        return Access(environment, (allow(grant.actions, arn),))
    if grant.on not in _BUCKETS:
        return Access(environment, (allow(grant.actions, f"{arn}/index/{grant.part}"),))
    bucket = _BUCKETS[grant.on](on)
    finding = f"Resource::{imported(bucket.stack, bucket.bucket_arn)}/{grant.part}*"
    return Access(
        environment,
        (allow(grant.actions, bucket.arn_for_objects(f"{grant.part}*")),),
        {nag("IAM5", finding): "The function works on the files of every image"},
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


_REQUESTS = {Need.SEARCH_READ: SEARCH_REQUESTS, Need.SEARCH_WRITE: INDEX_REQUESTS}


def _bucket(variable: str, bucket: s3.IBucket) -> _Place:
    return bucket.bucket_arn, {variable: bucket.bucket_name}


def _table(variable: str, table: dynamodb.TableV2) -> _Place:
    return table.table_arn, {variable: table.table_name}


def _queue(variable: str, queue: sqs.IQueue) -> _Place:
    return queue.queue_arn, {variable: queue.queue_url}


def _key(on: Resources) -> _Place:
    if on.key is None:
        raise ValueError("This stage has no key.")
    return on.key.key_arn, {}


def _edge(on: Resources) -> _Place:
    if on.distribution is None:
        raise ValueError("A function that empties the CDN's caches is made in the stack of the CDN.")
    return on.distribution.distribution_arn, {"DISTRIBUTION_ID": on.distribution.distribution_id}


def _users(on: Resources) -> _Place:
    pool, client = on.user_pool, on.user_pool_client
    variables = {"USER_POOL_ID": pool.user_pool_id, "USER_POOL_CLIENT_ID": client.user_pool_client_id}
    return pool.user_pool_arn, variables


_BUCKETS: Mapping[Resource, Callable[[Resources], s3.IBucket]] = {
    Resource.ORIGINALS: lambda on: on.originals,
    Resource.DERIVATIVES: lambda on: on.derivatives,
}

# The ARN of each, and the variables that lead a function there.
_RESOURCES: Mapping[Resource, Callable[[Resources], _Place]] = {
    Resource.ORIGINALS: lambda on: _bucket("ORIGINALS_BUCKET", on.originals),
    Resource.DERIVATIVES: lambda on: _bucket("DERIVATIVES_BUCKET", on.derivatives),
    Resource.CATALOG: lambda on: _table("CATALOG_TABLE", on.catalog),
    Resource.CATALOG_STREAM: lambda on: (on.catalog.table_stream_arn or "", {}),
    Resource.FINGERPRINTS: lambda on: _table("FINGERPRINTS_TABLE", on.fingerprints),
    Resource.ACCOUNTS: lambda on: _table("ACCOUNTS_TABLE", on.accounts),
    Resource.IDEMPOTENCY: lambda on: _table("IDEMPOTENCY_TABLE", on.idempotency),
    Resource.KEY: _key,
    Resource.INGEST_QUEUE: lambda on: _queue("INGEST_QUEUE_URL", on.ingest_queue),
    Resource.EMBED_LIVE_QUEUE: lambda on: _queue("EMBED_LIVE_QUEUE_URL", on.embed_live_queue),
    Resource.EMBED_BULK_QUEUE: lambda on: _queue("EMBED_BULK_QUEUE_URL", on.embed_bulk_queue),
    Resource.WEBHOOKS_QUEUE: lambda on: _queue("WEBHOOKS_QUEUE_URL", on.webhooks_queue),
    Resource.MACHINE: lambda on: (on.machine_arn, {"INGEST_MACHINE_ARN": on.machine_arn}),
    Resource.BUS: lambda on: (on.bus.event_bus_arn, {"EVENT_BUS_NAME": on.bus.event_bus_name}),
    Resource.USERS: _users,
    Resource.UPLOADER: lambda on: (on.uploader_arn, {"UPLOAD_ROLE_ARN": on.uploader_arn}),
    Resource.CURSOR_SECRET: lambda on: (on.cursor_secret_arn, {"CURSOR_SECRET_ARN": on.cursor_secret_arn}),
    Resource.MARK_KEY: lambda on: (on.mark_key_arn, {"MARK_KEY_ARN": on.mark_key_arn}),
    Resource.DISTRIBUTION: _edge,
    Resource.GPU_QUEUE: lambda on: (on.gpu_queue_arn, {"GPU_QUEUE_ARN": on.gpu_queue_arn}),
    Resource.GPU_DEFINITION: lambda on: (
        on.gpu_definition_arn,
        {"GPU_DEFINITION_ARN": on.gpu_definition_arn},
    ),
    Resource.ANY: lambda _: ("*", {}),
}
