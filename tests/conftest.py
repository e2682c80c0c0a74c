"""Stores, one fresh set a test, reached through the same bootstrap as in production.

``stores`` are moto's, which takes part in no race and checks no signature (it lets both through). In
``real_stores`` the tables are DynamoDB Local's: there transactions and conditions hold against each other.
What depends on a signature is proved on the deployed local stage.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from hypothesis import settings as hypothesis_settings
from moto import mock_aws

from lumenstock import bootstrap, settings, use_cases
from lumenstock.adapters.aws import clients
from tests.aws_calls import CALLS
from tests.lean_aws import make_lean
from tests.least_privilege import pytest_sessionfinish, pytest_terminal_summary, pytest_testnodedown
from tools.dynamodb_local import server
from tools.maven import NotAvailableError
from tools.opensearch import server as opensearch_server

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

__all__ = ["pytest_sessionfinish", "pytest_terminal_summary", "pytest_testnodedown"]
HERE = Path(__file__).parent
# Folders whose tests share what is dear to make (a deployed stage, templates, layers): each stays in one
# process when the tests run in several.
_ONE_PROCESS = {"e2e", "infra", "localcloud", "packaging"}
_FIRST = {"e2e": 0, "e2e that takes away": 1, "opensearch": 2}
_LONGEST_BYTES_ID = 16

# A slow machine is no failure, so no example has a deadline.
hypothesis_settings.register_profile("repository", deadline=None)
hypothesis_settings.load_profile("repository")
make_lean()

ORIGINALS, DERIVATIVES = "originals", "derivatives"
CATALOG, FINGERPRINTS, ACCOUNTS, IDEMPOTENCY = "catalog", "fingerprints", "accounts", "idempotency"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Keep together what belongs together; what takes longest begins first, however all are shuffled."""
    for item in items:
        folder = item.path.relative_to(HERE).parts[0] if HERE in item.path.parents else ""
        if folder in _ONE_PROCESS and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(folder))
    yield
    if config.getoption("loadgroup", default=False):
        items.sort(key=lambda item: _FIRST.get(_group_of(item), len(_FIRST)))


def _group_of(item: pytest.Item) -> str:
    marker = item.get_closest_marker("xdist_group")
    return str(marker.args[0]) if marker else ""


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a test after its place, not after the bytes of a file: they fill a page, and may differ between runs."""
    return argname if isinstance(val, bytes) and len(val) > _LONGEST_BYTES_ID else None


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse to go on in several processes that do not keep groups together: two would share one cloud."""
    if not session.config.getoption("loadgroup", default=False):
        return
    loose = [
        item.nodeid
        for item in session.items
        if item.get_closest_marker("xdist_group") and "@" not in item.nodeid.rpartition("]")[2]
    ]
    if loose:
        pytest.exit(f"pytest-xdist does not keep groups together: {loose[0]}", returncode=3)


@dataclass(frozen=True)
class Stores:
    """The stage's stores. Build objects over them with :mod:`lumenstock.bootstrap`."""

    s3: S3Client
    sqs: SQSClient
    dynamodb: DynamoDBClient
    ingest_queue_url: str
    ingest_dlq_url: str
    embed_live_queue_url: str
    embed_bulk_queue_url: str

    def messages(self, queue_url: str) -> list[dict[str, Any]]:
        """Receive and delete all that is visible in a queue: the bodies, parsed."""
        bodies: list[dict[str, Any]] = []
        while received := self.sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in received:
                bodies.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        return bodies

    def derivatives(self) -> dict[str, bytes]:
        """Every public file: key to bytes."""
        listed = self.s3.list_objects_v2(Bucket=DERIVATIVES).get("Contents", [])
        return {
            entry["Key"]: self.s3.get_object(Bucket=DERIVATIVES, Key=entry["Key"])["Body"].read()
            for entry in listed
        }


def forget_cached(*modules: object) -> None:
    """Empty every ``functools.cache`` of ``modules``, so that the next call sees the present environment."""
    for module in modules:
        for value in vars(module).values():
            if callable(clear := getattr(value, "cache_clear", None)):
                clear()


@pytest.fixture
def set_stage(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set environment variables of functions, by upper-case name, and forget what was read before."""

    def put(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        forget_cached(bootstrap, use_cases, settings)

    return put


@pytest.fixture
def stores(monkeypatch: pytest.MonkeyPatch, set_stage: Callable[..., None]) -> Iterator[Stores]:
    """Empty buckets, tables and queues, and the environment that points to them."""
    with _empty_stores(monkeypatch, set_stage) as made:
        yield made


@pytest.fixture(scope="session")
def dynamodb_local() -> Iterator[str]:
    """The address of a real DynamoDB; a test that needs it is marked ``dynamodb_local``."""
    try:
        with server.running() as address:
            yield address
    except NotAvailableError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def opensearch() -> Iterator[str]:
    """The address of a real OpenSearch; a test that needs it is marked ``opensearch``."""
    try:
        with opensearch_server.running() as address:
            yield address
    except NotAvailableError as missing:
        pytest.skip(str(missing))


@pytest.fixture
def real_stores(
    monkeypatch: pytest.MonkeyPatch, set_stage: Callable[..., None], dynamodb_local: str
) -> Iterator[Stores]:
    """As ``stores``, with tables that a race can be proved on."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", dynamodb_local)
    with _empty_stores(monkeypatch, set_stage) as made:
        yield made
        for table in made.dynamodb.list_tables()["TableNames"]:
            made.dynamodb.delete_table(TableName=table)


@contextmanager
def _empty_stores(monkeypatch: pytest.MonkeyPatch, set_stage: Callable[..., None]) -> Iterator[Stores]:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    set_stage(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing", AWS_DEFAULT_REGION="us-east-1")
    with mock_aws():
        CALLS.watch()
        forget_cached(clients)
        s3, sqs, dynamodb = boto3.client("s3"), boto3.client("sqs"), boto3.client("dynamodb")
        for bucket in (ORIGINALS, DERIVATIVES):
            s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket=ORIGINALS, VersioningConfiguration={"Status": "Enabled"})
        _create_table(dynamodb, CATALOG, "gsi1", "gsi2")
        _create_table(dynamodb, ACCOUNTS, "gsi1")
        _create_table(dynamodb, FINGERPRINTS)
        _create_table(dynamodb, IDEMPOTENCY)
        dlq_url = sqs.create_queue(QueueName="ingest-dlq")["QueueUrl"]
        dlq_arn = sqs.get_queue_attributes(QueueUrl=dlq_url, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        redrive = json.dumps({"deadLetterTargetArn": dlq_arn, "maxReceiveCount": 3})
        ingest_url = sqs.create_queue(QueueName="ingest", Attributes={"RedrivePolicy": redrive})["QueueUrl"]
        embed_url = sqs.create_queue(QueueName="embed-live")["QueueUrl"]
        bulk_url = sqs.create_queue(QueueName="embed-bulk")["QueueUrl"]
        set_stage(
            STAGE="local",
            LICENCE_URL="https://market.example/licence",
            ORIGINALS_BUCKET=ORIGINALS,
            DERIVATIVES_BUCKET=DERIVATIVES,
            CATALOG_TABLE=CATALOG,
            FINGERPRINTS_TABLE=FINGERPRINTS,
            ACCOUNTS_TABLE=ACCOUNTS,
            IDEMPOTENCY_TABLE=IDEMPOTENCY,
            INGEST_QUEUE_URL=ingest_url,
            EMBED_LIVE_QUEUE_URL=embed_url,
            EMBED_BULK_QUEUE_URL=bulk_url,
            WEBHOOKS_QUEUE_URL=sqs.create_queue(QueueName="webhooks")["QueueUrl"],
            CURSOR_SECRET_ARN=boto3.client("secretsmanager").create_secret(
                Name="cursors", SecretString="c" * 64
            )["ARN"],
            MARK_KEY_ARN=boto3.client("secretsmanager").create_secret(Name="marks", SecretString="m" * 64)[
                "ARN"
            ],
            POWERTOOLS_SERVICE_NAME="test",
        )
        yield Stores(s3, sqs, dynamodb, ingest_url, dlq_url, embed_url, bulk_url)
    forget_cached(bootstrap, use_cases, settings, clients)


def _create_table(dynamodb: DynamoDBClient, name: str, *indexes: str) -> None:
    """A table with keys ``pk`` and ``sk``, and keys-only indexes on ``{index}pk`` and ``{index}sk``."""
    attributes = [f"{prefix}{key}" for prefix in ("", *indexes) for key in ("pk", "sk")]
    request: dict[str, Any] = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": _key_schema(""),
        "AttributeDefinitions": [
            {"AttributeName": attribute, "AttributeType": "S"} for attribute in attributes
        ],
    }
    if indexes:
        request["GlobalSecondaryIndexes"] = [
            {
                "IndexName": index,
                "KeySchema": _key_schema(index),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
            for index in indexes
        ]
    dynamodb.create_table(**request)


def _key_schema(prefix: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": f"{prefix}pk", "KeyType": "HASH"},
        {"AttributeName": f"{prefix}sk", "KeyType": "RANGE"},
    ]
