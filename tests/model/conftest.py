"""Worlds on moto."""

from __future__ import annotations

import itertools
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import boto3
import pytest

from functions.embed import live
from functions.indexer import stream
from functions.webhooks import deliver
from lumenstock import bootstrap, use_cases
from lumenstock.adapters.embedded.index import EmbeddedIndex
from tests.conftest import CATALOG, DERIVATIVES, Stores, forget_cached
from tests.model import backends
from tests.model.answers import RememberingDecoder, RememberingEmbedder
from tests.model.clock import Clock
from tests.model.crashes import Cognito, Knife
from tests.model.machine import InProcessMachine
from tests.model.world import World
from tools.train_demo import MODEL_FOLDER

if TYPE_CHECKING:
    from mypy_boto3_cloudfront.type_defs import DistributionConfigTypeDef, OriginTypeDef

NewWorld = Callable[[int], World]


@pytest.fixture(scope="session")
def decoder() -> Iterator[RememberingDecoder]:
    decoder = RememberingDecoder()
    yield decoder
    decoder.close()


@pytest.fixture(scope="session")
def embedder() -> RememberingEmbedder:
    return RememberingEmbedder(MODEL_FOLDER)


@pytest.fixture
def new_world(
    stores: Stores,
    set_stage: Callable[..., None],
    decoder: RememberingDecoder,
    embedder: RememberingEmbedder,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[NewWorld]:
    """Makes worlds, one after the other, on the same empty stores."""
    monkeypatch.setattr("lumenstock.ingest.redrive._WAIT_S", 0)
    monkeypatch.setattr("lumenstock.adapters.aws.work_index.SHARDS", 2)  # 16 queries would find no more
    monkeypatch.setattr("lumenstock.ingest.purging.AT_ONCE", 1)  # the order of calls is the seed's alone
    logging.disable(logging.CRITICAL)  # faults are what worlds are made of
    dlq_url = boto3.client("sqs").create_queue(QueueName="embed-live-dlq")["QueueUrl"]
    dlq_arn = boto3.client("sqs").get_queue_attributes(QueueUrl=dlq_url, AttributeNames=["QueueArn"])
    policy = {"deadLetterTargetArn": dlq_arn["Attributes"]["QueueArn"], "maxReceiveCount": 4}
    stores.sqs.set_queue_attributes(
        QueueUrl=stores.embed_live_queue_url, Attributes={"RedrivePolicy": json.dumps(policy)}
    )
    stores.dynamodb.update_table(
        TableName=CATALOG, StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    )
    boto3.client("events").create_event_bus(Name="lumenstock")
    set_stage(
        EVENT_BUS_NAME="lumenstock",
        UPLOAD_ROLE_ARN="arn:aws:iam::123456789012:role/upload",
        WEBHOOK_LOOPBACK="true",
        DISTRIBUTION_ID=_distribution(),
        REVIEW="auto",
        APPROVE_UNSCORED="true",
        RETRY_DELAYS_S="[0]",
        EMBED_RETRY_DELAYS_S="[0]",
        MAX_RECEIVES="3",
    )
    forget_cached(live, stream)
    clock, knife = Clock(), Knife()
    knife.attach()
    monkeypatch.setattr(bootstrap, "clock", lambda: clock)
    monkeypatch.setattr("functions.auth.api.sleep", lambda _: None)
    monkeypatch.setattr(bootstrap, "decoder", lambda: decoder)
    monkeypatch.setattr(bootstrap, "embedder", lambda: embedder)
    monkeypatch.setattr(bootstrap, "raw_decoder", lambda: decoder)
    machine = InProcessMachine(knife)
    monkeypatch.setattr(bootstrap, "ingest_machine", lambda: machine)

    count = itertools.count()

    def new(seed: int) -> World:
        index = EmbeddedIndex(tmp_path / str(next(count)))  # pictures of other worlds would be duplicates
        monkeypatch.setattr(bootstrap, "search_index", lambda: index)
        forget_cached(use_cases, live, stream, deliver)
        bootstrap.pointer.cache_clear()  # each world looks anew which model answers
        knife.sent_events.clear()
        knife.choose = lambda _: None
        clock.at = Clock().at
        world = World(stores, dlq_url, clock, knife, Random(seed))
        monkeypatch.setattr(bootstrap, "webhook_sender", lambda: world.receiver)
        identity = Cognito(knife)
        monkeypatch.setattr(bootstrap, "identity", lambda: identity)
        backends.clear()
        return world

    yield new
    logging.disable(logging.NOTSET)
    forget_cached(live, stream)


def _distribution() -> str:
    """A distribution, for its id."""
    origin: OriginTypeDef = {
        "Id": "files",
        "DomainName": f"{DERIVATIVES}.s3.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    wanted: DistributionConfigTypeDef = {
        "CallerReference": "worlds",
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {"TargetOriginId": "files", "ViewerProtocolPolicy": "https-only"},
    }
    return boto3.client("cloudfront").create_distribution(DistributionConfig=wanted)["Distribution"]["Id"]
