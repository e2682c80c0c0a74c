"""The only place that chooses adapters. Each factory makes its object once a process, when first asked."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from lumenstock.adapters.aws import clients, secrets
from lumenstock.adapters.aws.catalog import DynamoCatalog
from lumenstock.adapters.aws.claims import ClaimTables
from lumenstock.adapters.aws.credentials import UploadCredentials
from lumenstock.adapters.aws.decisions import DynamoDecisions
from lumenstock.adapters.aws.deliveries import DynamoDeliveries
from lumenstock.adapters.aws.edge import CloudFrontEdge
from lumenstock.adapters.aws.events import EventBus
from lumenstock.adapters.aws.gpu_jobs import GpuJobs
from lumenstock.adapters.aws.idempotency import IdempotencyStore
from lumenstock.adapters.aws.identity import CognitoIdentity
from lumenstock.adapters.aws.machine import IngestMachine
from lumenstock.adapters.aws.marks import DynamoMarks
from lumenstock.adapters.aws.multipart import S3Multipart
from lumenstock.adapters.aws.objects import S3Objects
from lumenstock.adapters.aws.profiles import DynamoProfiles
from lumenstock.adapters.aws.queues import SqsQueue
from lumenstock.adapters.aws.rollouts import DynamoRollouts
from lumenstock.adapters.aws.sessions import DynamoSessions
from lumenstock.adapters.aws.uploads import DynamoUploads
from lumenstock.adapters.aws.webhooks import DynamoWebhooks
from lumenstock.adapters.aws.work_list import DynamoWorkList
from lumenstock.imaging.decoder import RAW_PROGRAM, Decoder
from lumenstock.kernel.clock import Clock, SystemClock
from lumenstock.notification.targets import TargetPolicy
from lumenstock.search.pointer import Pointer
from lumenstock.search.rollout import Place
from lumenstock.settings import linker_environment, settings

# These stand on numpy and libvips, whose layers are not with every function.
if TYPE_CHECKING:
    from lumenstock.adapters.aws.hashes import DynamoHashes
    from lumenstock.adapters.outbound.webhook_sender import WebhookSender
    from lumenstock.embedding.model import Embedder
    from lumenstock.imaging.invisible_mark import MarkKey
    from lumenstock.search.upkeep import KeptIndex


@cache
def clock() -> Clock:
    """The time."""
    return SystemClock()


@cache
def catalog() -> DynamoCatalog:
    """Images."""
    return DynamoCatalog(
        clients.dynamodb(), settings().require("catalog_table"), settings().fingerprints_table
    )


@cache
def decisions() -> DynamoDecisions:
    """What people decided about images."""
    wanted = settings()
    tables = ClaimTables(wanted.require("catalog_table"), wanted.fingerprints_table)
    return DynamoDecisions(clients.dynamodb(), tables)


@cache
def work_list() -> DynamoWorkList:
    """What waits for a person."""
    return DynamoWorkList(clients.dynamodb(), settings().require("catalog_table"))


@cache
def originals() -> S3Objects:
    """The files as the contributors sent them."""
    return S3Objects(clients.s3(), settings().require("originals_bucket"))


@cache
def unfinished_originals() -> S3Multipart:
    """Parts of files that are still to come."""
    return S3Multipart(clients.s3(), settings().require("originals_bucket"))


@cache
def uploads() -> DynamoUploads:
    """Uploads in parts."""
    return DynamoUploads(clients.dynamodb(), settings().require("catalog_table"))


@cache
def sessions() -> DynamoSessions:
    """Upload sessions."""
    return DynamoSessions(clients.dynamodb(), settings().require("catalog_table"))


@cache
def upload_credentials() -> UploadCredentials:
    """Credentials for clients that speak S3 themselves."""
    wanted = settings()
    return UploadCredentials(
        clients.sts(), wanted.require("upload_role_arn"), wanted.require("originals_bucket")
    )


@cache
def derivatives() -> S3Objects:
    """The public files."""
    return S3Objects(clients.s3(), settings().require("derivatives_bucket"))


@cache
def edge() -> CloudFrontEdge:
    """What keeps the public files near those who look at them."""
    return CloudFrontEdge(clients.cloudfront(), settings().require("distribution_id"))


@cache
def ingest_queue() -> SqsQueue:
    """Uploads that wait for the pipeline."""
    return SqsQueue(clients.sqs(), settings().require("ingest_queue_url"))


@cache
def dead_letters(setting: str) -> SqsQueue:
    """What a queue gave up on; only an operator's process has such a setting."""
    return SqsQueue(clients.sqs(), settings().require(setting))


@cache
def embed_live_queue() -> SqsQueue:
    """Rendered images that wait for their vector."""
    return SqsQueue(clients.sqs(), settings().require("embed_live_queue_url"))


@cache
def embed_bulk_queue() -> SqsQueue:
    """Images that a backfill made anew and that wait for their vector."""
    return SqsQueue(clients.sqs(), settings().require("embed_bulk_queue_url"))


@cache
def gpu_jobs() -> GpuJobs:
    """Jobs that embed on a GPU."""
    wanted = settings()
    return GpuJobs(clients.batch(), wanted.require("gpu_queue_arn"), wanted.require("gpu_definition_arn"))


@cache
def ingest_machine() -> IngestMachine:
    """The pipeline's state machine."""
    return IngestMachine(clients.step_functions(), settings().require("ingest_machine_arn"))


@cache
def decoder() -> Decoder:
    """What opens the contributors' files, in a process of its own."""
    return Decoder(linker_environment())


@cache
def raw_decoder() -> Decoder:
    """The same with LibRaw, which only one function has."""
    return Decoder(linker_environment(), program=RAW_PROGRAM)


@cache
def event_bus() -> EventBus:
    """Domain events."""
    return EventBus(clients.events(), settings().require("event_bus_name"))


@cache
def cursor_secret() -> bytes:
    """The key that signs page cursors."""
    return secrets.read_secret(clients.secrets_manager(), settings().require("cursor_secret_arn"))


@cache
def marks() -> DynamoMarks:
    """Whom the invisible marks name."""
    return DynamoMarks(clients.dynamodb(), settings().require("fingerprints_table"))


@cache
def mark_key() -> MarkKey:
    """The key of the invisible marks."""
    from lumenstock.imaging.invisible_mark import MarkKey

    return MarkKey(secrets.read_secret(clients.secrets_manager(), settings().require("mark_key_arn")))


@cache
def idempotency() -> IdempotencyStore:
    """Requests with an Idempotency-Key."""
    return IdempotencyStore(clients.dynamodb(), settings().require("idempotency_table"))


@cache
def identity() -> CognitoIdentity:
    """Accounts, passwords, roles and tokens."""
    wanted = settings()
    return CognitoIdentity(
        clients.cognito(), wanted.require("user_pool_id"), wanted.require("user_pool_client_id")
    )


@cache
def profiles() -> DynamoProfiles:
    """What the first sign-in writes down of a person."""
    return DynamoProfiles(clients.dynamodb(), settings().require("accounts_table"))


@cache
def webhooks() -> DynamoWebhooks:
    """Where contributors want to be told of their images."""
    return DynamoWebhooks(clients.dynamodb(), settings().require("accounts_table"))


@cache
def deliveries() -> DynamoDeliveries:
    """What was sent there, and what became of it."""
    return DynamoDeliveries(clients.dynamodb(), settings().require("accounts_table"))


@cache
def webhooks_queue() -> SqsQueue:
    """Events, and what is to be sent of them."""
    return SqsQueue(clients.sqs(), settings().require("webhooks_queue_url"))


@cache
def webhook_targets() -> TargetPolicy:
    """Where webhooks may lead."""
    return TargetPolicy(settings().webhook_ports, settings().webhook_loopback)


@cache
def webhook_sender() -> WebhookSender:
    """The way to other people's servers."""
    from lumenstock.adapters.outbound.webhook_sender import WebhookSender

    return WebhookSender(webhook_targets())


@cache
def search_index() -> KeptIndex:
    """What answers searches, whichever model serves: see :mod:`lumenstock.search.rolling`."""
    from lumenstock.search.rolling import RollingIndex

    if settings().search_engine == "none" or not settings().catalog_table:
        return index_in(Place.FIRST)
    return RollingIndex(pointer(), index_in, catalog())


@cache
def index_in(place: Place) -> KeptIndex:
    """The index that is kept in ``place``, of whatever model."""
    from lumenstock.adapters.search_engine import open_index

    return open_index(settings(), place)


@cache
def rollouts() -> DynamoRollouts:
    """Which model answers, and which one is on its way."""
    return DynamoRollouts(clients.dynamodb(), settings().require("catalog_table"))


@cache
def pointer() -> Pointer:
    """The same, as it was known some seconds ago."""
    return Pointer(rollouts(), clock())


def serving_model() -> str | None:
    """``name@version`` of the model that answers; None where no rollout ever named one."""
    return pointer().serving() if settings().catalog_table else None


def embedder() -> Embedder:
    """The model that answers: it puts pictures and words into one space."""
    return embedder_of(serving_model() or "")


@cache
def embedder_of(model: str) -> Embedder:
    """The model ``name@version``, deployed in ``MODEL_DIR`` or published; with "" the former."""
    from lumenstock.adapters.onnx.models import load_model

    return load_model(model, settings().model_dir, originals, settings().embed_device)


@cache
def hash_book() -> DynamoHashes:
    """What all pictures look like."""
    from lumenstock.adapters.aws.hashes import DynamoHashes

    return DynamoHashes(clients.dynamodb(), settings().require("fingerprints_table"))
