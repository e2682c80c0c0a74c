"""A small marketplace on moto, driven by a seed: the real handlers, and everything that SQS, streams and people may do.

A message comes twice, late, or in another order; a process dies at any AWS call; an event of S3 is lost; a
moderator takes a picture down while it is worked on. In the end all is calm, everything that waits is
delivered, and the history is checked.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any

from functions.embed import live
from functions.indexer import stream
from functions.ingest import dispatch, sweep
from functions.moderation import purge
from lumenstock import bootstrap, use_cases
from lumenstock.adapters.aws.queues import object_created
from lumenstock.catalog.decision import Actor
from lumenstock.catalog.image import Image, original_key
from lumenstock.catalog.reasons import ReasonCode
from lumenstock.ingest.moderation import Verdict
from lumenstock.ingest.upload import Announcement, Contributor, image_at, reopen_processing
from lumenstock.kernel.errors import ConflictError
from lumenstock.kernel.ids import ImageId, UserId, new_ulid
from tests.conftest import ORIGINALS, Stores
from tests.model import backends, dead_letters
from tests.model.clock import T0, Clock
from tests.model.crashes import Killed, Knife
from tests.model.history import End, missing_parts
from tests.model.receiver import Receiver
from tests.model.remains import has_overdue, remains

MODERATOR = Actor("77777777-aaaa-4bbb-8ccc-222222222222", "admin")
COPYRIGHT = Verdict((ReasonCode.COPYRIGHT,))
MAX_STEPS = 400


@dataclass
class Letter:
    """A message in hand."""

    queue_url: str
    message: Any


@dataclass
class World:
    """One marketplace and its history."""

    stores: Stores
    embed_dlq_url: str
    clock: Clock
    knife: Knife
    random: Random
    expected: dict[str, frozenset[str]] = field(default_factory=dict)
    exposed: list[str] = field(default_factory=list)
    mail: list[Letter] = field(default_factory=list)
    receiver: Receiver = field(default_factory=Receiver)
    _position: int = 0
    _watched: int = 0

    # What clients and people do

    def upload(self, body: bytes, expected: frozenset[str], *, event: bool = True, **fields: Any) -> Image:
        """Announce a picture, put its file, and let S3 tell of it, or not; ``fields`` are of its row."""
        image = self.announce(expected, **fields)
        self.put(image.source.key, body, event=event)
        return image

    def announce(
        self, expected: frozenset[str], *, media_type: str = "image/jpeg", owner: str = "ann", **fields: Any
    ) -> Image:
        """Announce a picture whose file may come."""
        image_id, person = ImageId(new_ulid(T0, self.random.randbytes)), Contributor(UserId(owner), owner)
        announced = Announcement("a", media_type, 1, "A picture", "", (), ())
        key = original_key(person.id, image_id, T0, media_type.rpartition("/")[2])
        image = image_at(key, image_id, person, announced, now=T0, random_bytes=self.random.randbytes)
        image = replace(image, entered_at=self.clock.now(), **fields)
        bootstrap.catalog().create(image)
        self.expected[image_id] = expected
        return image

    def put(self, key: str, body: bytes, *, event: bool = True) -> None:
        """A file comes, and S3 tells of it, or not."""
        self.stores.s3.put_object(Bucket=ORIGINALS, Key=key, Body=body)
        if event:
            self.tell(key)

    def tell(self, key: str) -> None:
        """S3's event of a file."""
        self._send(self.stores.ingest_queue_url, json.dumps(object_created(ORIGINALS, key)))

    def take_down(self, image_id: str) -> None:
        """A moderator does, until it is done."""
        self.insist(
            "take_down", lambda: use_cases.moderation().take_down(ImageId(image_id), MODERATOR, COPYRIGHT)
        )

    def restore(self, image_id: str) -> None:
        """A moderator does, until it is done."""
        self.insist("restore", lambda: use_cases.moderation().restore(ImageId(image_id), MODERATOR))

    def insist(self, name: str, act: Callable[[], object]) -> None:
        """Somebody asks for the same until there is an answer, and takes a conflict for one."""
        for _ in range(20):
            try:
                with self.knife.process(name):
                    act()
            except Killed:
                continue
            except ConflictError:
                return
            return
        raise AssertionError(name)

    # What the services do

    def step(self) -> bool:
        """Something happens; False when nothing waits."""
        if not self.mail or self.random.random() < 0.2:
            self._collect()
        choices: list[Callable[[], None]] = [self._deliver_letter] if self.mail else []
        if self._position < len(backends.records()):
            choices.append(self._deliver_changes)
        if not choices:
            return False
        self.random.choice(choices)()
        self._watch()
        return True

    def settle(self) -> None:
        """Deliver all that waits; what is stuck is swept, what is dead comes back once, and what must go goes."""
        self._drain()
        for _ in range(3):
            if not self._is_stuck() and not self._has_dead():
                break
            self.wait(timedelta(hours=2))
            self.attempt("sweep", lambda: sweep.handler({}, None))
            self._drain()
            self.redrive()
            self._drain()
            self._retry_what_failed()
            self._drain()
        self.clean(timedelta(minutes=16))

    def clean(self, after: timedelta) -> None:
        """Time passes, and what must go goes; a purge that died or failed is run again."""
        self.wait(after)
        for _ in range(3):
            if not self._has_purges() or self.attempt("purge", lambda: purge.handler({}, None)):
                return

    def wait(self, span: timedelta) -> None:
        """Time passes; nobody holds a message for so long."""
        self.clock.at += span
        backends.end_holds()

    def _retry_what_failed(self) -> None:
        """Contributors ask for another try."""
        for row in backends.rows():
            if row.status == "processing_failed":
                image_id, now = ImageId(row.id), self.clock.now()
                self.insist(
                    "retry",
                    lambda image_id=image_id, now=now: reopen_processing(  # type: ignore[misc]
                        bootstrap.catalog(), use_cases.resend_original, image_id, now=now
                    ),
                )

    def attempt(self, name: str, run: Callable[[], object]) -> bool:
        """Run one process; whether it lived and did not fail."""
        try:
            with self.knife.process(name):
                run()
        except (Exception, Killed):  # noqa: BLE001 - it is called again, later
            return False
        return True

    def redrive(self) -> None:
        """An operator moves all dead letters back, twice."""
        for _ in range(2):
            for redriver in dead_letters.redrivers(
                self.stores.ingest_dlq_url, self.embed_dlq_url, self.clock
            ):
                self.attempt("redrive", lambda redriver=redriver: list(redriver.run()))  # type: ignore[misc]

    def end(self) -> End:
        """What is left."""
        ids = [ImageId(name) for name in self.expected]
        documents = {
            str(name): document.version for name, document in bootstrap.search_index().get(ids).items()
        }
        entries = [entry for call in self.knife.sent_events for entry in json.loads(call["body"])["Entries"]]
        return End(
            writes=list(backends.writes()),
            files=backends.files(),
            vectors=backends.vectors(),
            claims=backends.claims(),
            forgotten=backends.forgotten(),
            remains=remains(),
            documents=documents,
            events=[(entry["DetailType"], json.loads(entry["Detail"])) for entry in entries],
            expected=self.expected,
            exposed=self.exposed,
        )

    def _drain(self) -> None:
        for _ in range(MAX_STEPS):
            if not self.step():
                return
        self.exposed.append(f"no rest after {MAX_STEPS} steps")

    def _send(self, queue_url: str, body: str) -> None:
        self.stores.sqs.send_message(QueueUrl=queue_url, MessageBody=body)

    def _collect(self) -> None:
        for url in (
            self.stores.ingest_queue_url,
            self.stores.embed_live_queue_url,
            self.stores.embed_bulk_queue_url,
        ):
            answer = self.stores.sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["ApproximateReceiveCount"]
            )
            self.mail += [Letter(url, message) for message in answer.get("Messages", [])]

    def _deliver_letter(self) -> None:
        letter = self.mail.pop(self.random.randrange(len(self.mail)))
        message = letter.message
        event = {
            "Records": [
                {
                    "messageId": message["MessageId"],
                    "receiptHandle": message["ReceiptHandle"],
                    "body": message["Body"],
                    "attributes": message["Attributes"],
                }
            ]
        }
        is_ingest = letter.queue_url == self.stores.ingest_queue_url
        name, handler = ("dispatch", dispatch.handler) if is_ingest else ("embed", live.handler)
        answers: list[Any] = []
        lived = self.attempt(name, lambda: answers.append(handler(event, None)))
        if lived and not answers[0]["batchItemFailures"]:
            self.stores.sqs.delete_message(QueueUrl=letter.queue_url, ReceiptHandle=message["ReceiptHandle"])
        else:  # its visibility ends, sooner or later
            self.stores.sqs.change_message_visibility(
                QueueUrl=letter.queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )

    def _deliver_changes(self) -> None:
        records = backends.records()[self._position : self._position + self.random.choice((1, 2, 5, 100))]
        answers: list[Any] = []
        event = {"Records": records}
        if not self.attempt("indexer", lambda: answers.append(stream.handler(event, None))):
            return
        failed = {failure["itemIdentifier"] for failure in answers[0]["batchItemFailures"]}
        done = next(
            (at for at, one in enumerate(records) if one["dynamodb"]["SequenceNumber"] in failed),
            len(records),
        )
        self._position += done

    def repeat_changes(self, count: int) -> None:
        """The stream sends its last records again."""
        self._position = max(0, self._position - count)

    def _watch(self) -> None:
        """What has just been approved must be whole at once; a new revision waits for its vector only."""
        writes = list(backends.writes())
        fresh, self._watched = writes[self._watched :], len(writes)
        for old, new in fresh:
            if new.status == "approved":
                shown_before = old is not None and old.status == "approved"
                vectors = {new.id: new.rev} if shown_before else backends.vectors()
                self.exposed += missing_parts(new, backends.files(), vectors)

    def shown(self) -> list[str]:
        """Ids of all that is approved, in the order of their uploads."""
        approved = {row.id for row in backends.rows() if row.status == "approved"}
        return [image_id for image_id in self.expected if image_id in approved]

    def _is_stuck(self) -> bool:
        unfinished = {"uploading", "processing", "processing_failed"}
        if any(row.status in unfinished for row in backends.rows()):
            return True
        return has_overdue(self.clock.now())

    def _has_purges(self) -> bool:
        return backends.has_purges()

    def _has_dead(self) -> bool:
        return dead_letters.any_left(self.stores.ingest_dlq_url, self.embed_dlq_url)
