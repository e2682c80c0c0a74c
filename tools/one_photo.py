"""The way of photos through the real functions, in the order of the deployed stage, and what each one used.

AWS answers from memory below the clients, so what the clients do counts and what the services do does not.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import psutil
from PIL import Image

from lumenstock import bootstrap, use_cases
from lumenstock.adapters.aws import clients
from lumenstock.catalog.image import rendition_key
from lumenstock.ingest.second_look import AFTER
from lumenstock.kernel.ids import MediaKey
from tests.functions.gateway import Gateway, Person
from tools.aws_from_memory import AwsFromMemory
from tools.billing.meter import Meter

_BATCH = 10  # messages a call of the queue of webhooks
ROOT = Path(__file__).parents[1]
PERSON = Person(roles=("contributor",))
MACHINE = ("ingest-validate", "ingest-render", "ingest-watermark", "ingest-metadata", "ingest-record")
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_DEFAULT_REGION": "us-east-1",
    "CATALOG_TABLE": "catalog",
    "FINGERPRINTS_TABLE": "fingerprints",
    "ACCOUNTS_TABLE": "accounts",
    "IDEMPOTENCY_TABLE": "idempotency",
    "ORIGINALS_BUCKET": "originals",
    "DERIVATIVES_BUCKET": "derivatives",
    "INGEST_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/1/ingest",
    "EMBED_LIVE_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/1/embed-live",
    "INGEST_MACHINE_ARN": "arn:aws:states:us-east-1:111111111111:stateMachine:ingest",
    "WEBHOOKS_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/1/webhooks",
    "EVENT_BUS_NAME": "lumenstock",
    "CURSOR_SECRET_ARN": "cursor",
    "MARK_KEY_ARN": "mark",
    "LICENCE_URL": "https://market.example/licence",
    "SEARCH_ENGINE": "embedded",
    "MODEL_DIR": str(ROOT / "layers/model_demo/models/demo"),
    "REVIEW": "auto",
    "APPROVE_UNSCORED": "true",
    "POWERTOOLS_SERVICE_NAME": "bench",
}


@dataclass(frozen=True, slots=True)
class Step:
    """What one call of one function used.

    Attributes:
        function: Its name in the manifest.
        photos: How many photos it was for: a queue gives many at once.
        cpu_s: User and system time, children of the decoder included.
        units: Billed units of its AWS calls, by their name in prices.json.
        calls: Its AWS calls by kind, and the bytes that it read.
        log_bytes: What it logged.
    """

    function: str
    photos: float
    cpu_s: float
    units: Mapping[str, float]
    calls: Mapping[str, float]
    log_bytes: float


def cpu_s() -> float:
    """CPU seconds so far of this process, of the decoder's process and of that one's children."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    total = own.ru_utime + own.ru_stime
    for child in psutil.Process().children():
        times = child.cpu_times()
        total += times.user + times.system + times.children_user + times.children_system
    return total


class Marketplace:
    """A stage in this process. ``folder`` holds its search index."""

    def __init__(self, folder: Path) -> None:
        os.environ.update(ENVIRONMENT | {"SEARCH_DIR": str(folder)})
        used = (
            clients.s3(),
            clients.dynamodb(),
            clients.sqs(),
            clients.step_functions(),
            clients.events(),
            clients.secrets_manager(),
        )
        self._memory = AwsFromMemory(*used)
        self._meter = Meter(self._memory)
        self._meter.watch(*used)
        self._steps: list[Step] = []
        self._memory.put_item(
            {
                "pk": {"S": f"USR#{PERSON.id}"},
                "sk": {"S": "PROFILE"},
                "email": {"S": "ann@market.example"},
                "display_name": {"S": "Ann Example"},
                "created_at": {"S": "2026-01-01T00:00:00.000000Z"},
            }
        )

    def close(self) -> None:
        """End the decoder."""
        bootstrap.decoder().close()

    def take_in(self, *paths: Path) -> list[Step]:
        """Everything that happens to photos that come together, from the announcement to the second look.

        Raises:
            SystemExit: One was refused.
        """
        self._steps = []
        rows = [self._stored(path) for path in paths]
        self._dispatched([row["source"]["M"]["key"]["S"] for row in rows])
        for path, row in zip(paths, rows, strict=True):
            self._processed(path, row)
        self._embedded(rows, paths)
        self._followed(len(paths))
        self._looked_again(len(paths))
        return self._steps

    def _stored(self, path: Path) -> Any:  # noqa: ANN401 - an item as boto3 writes it
        """The row of a photo that was announced and sent."""
        body = path.read_bytes()
        image_id = self._announced(path.stem, len(body))
        row = self._memory.item({"pk": {"S": f"IMG#{image_id}"}, "sk": {"S": "A"}})
        self._memory.objects[row["source"]["M"]["key"]["S"]] = body
        return row

    def _processed(self, path: Path, row: Any) -> None:  # noqa: ANN401 - as above
        from functions.ingest import metadata, record, render, validate, watermark

        image_id, key = _id_of(row), row["source"]["M"]["key"]["S"]
        checked = self._run(validate, {"image_id": image_id, "bucket": "originals", "key": key})
        if not checked["ok"]:
            raise SystemExit(f"{path} was refused: {checked['reasons']}")
        common = {"image_id": image_id, "plan": checked["plan"]}
        rendered = [self._run(render, {**common, "group": group}) for group in checked["plan"]["groups"]]
        watermarked = self._run(watermark, common)
        self._run(metadata, common)
        made = {"rendered": rendered, "watermarked": watermarked}
        self._run(record, {"image_id": image_id, "checked": checked, **made})
        del self._memory.objects[key]

    def _announced(self, title: str, size_bytes: int) -> str:
        wanted = {
            "filename": f"{title}.jpg",
            "contentType": "image/jpeg",
            "sizeBytes": size_bytes,
            "title": "Fishing boats in the harbour at dawn",
            "tags": ["harbour", "boats", "dawn", "sea", "fishing", "morning", "pier", "water"],
        }
        headers = {"idempotency-key": os.urandom(8).hex()}

        def request() -> Any:  # noqa: ANN401 - JSON
            answer = Gateway().request(
                "POST", "/v1/images/upload", json=wanted, headers=headers, person=PERSON
            )
            return answer.json()

        return str(self._measured("uploads-api", request)["imageId"])

    def _dispatched(self, keys: Sequence[str]) -> None:
        from functions.ingest import dispatch

        records = [
            {
                "messageId": str(number),
                "receiptHandle": "1",
                "body": json.dumps({"detail": {"bucket": {"name": "originals"}, "object": {"key": key}}}),
                "attributes": {"ApproximateReceiveCount": "1"},
            }
            for number, key in enumerate(keys)
        ]
        self._measured("ingest-dispatch", lambda: dispatch.handler({"Records": records}, None), len(keys))

    def _embedded(self, rows: Sequence[Any], paths: Sequence[Path]) -> None:
        from functions.embed import live

        for path, row in zip(paths, rows, strict=True):
            with Image.open(path) as photo:
                for width_px in (512, 300):
                    file = io.BytesIO()
                    photo.resize((width_px, width_px * photo.height // photo.width)).save(file, "WEBP")
                    key = rendition_key(MediaKey(row["media_key"]["S"]), 1, str(width_px))
                    self._memory.objects[key] = file.getvalue()
        records = [
            {"messageId": str(number), "body": json.dumps({"image_id": _id_of(row), "rev": 1})}
            for number, row in enumerate(rows)
        ]
        answer = self._measured("embed-live", lambda: live.handler({"Records": records}, None), len(rows))
        if answer["batchItemFailures"]:
            raise SystemExit(f"{len(answer['batchItemFailures'])} photos were not embedded")

    def _followed(self, photos: int) -> None:
        """Every change goes into the index, and the news of some to the queue of webhooks."""
        from functions.indexer import stream
        from functions.webhooks import deliver

        records, self._meter.stream = self._meter.stream, []
        self._measured("indexer-stream", lambda: stream.handler({"Records": records}, None), photos)
        events, self._memory.events = self._memory.events, []
        news = [
            {"source": event["Source"], "detail-type": event["DetailType"]}
            | {"detail": json.loads(event["Detail"])}
            for event in events
        ]
        for at in range(0, len(news), _BATCH):
            batch = [
                {"messageId": str(number), "receiptHandle": "1", "body": json.dumps(body)}
                for number, body in enumerate(news[at : at + _BATCH])
            ]
            told = partial(deliver.handler, {"Records": batch}, None)
            self._measured("webhooks-deliver", told, photos * len(batch) / len(news))

    def _looked_again(self, photos: int) -> None:
        """A day and a week later."""
        for after in AFTER:
            then = bootstrap.clock().now() + after + timedelta(hours=1)
            self._measured("embed-second-look", partial(use_cases.second_look().run, then), photos)

    def _run(self, module: Any, payload: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - a task's module
        name = f"ingest-{module.__name__.rpartition('.')[2]}"
        answer: dict[str, Any] = self._measured(name, lambda: module.handler(payload, None))
        return answer

    def _measured(self, function: str, call: Callable[[], Any], photos: float = 1) -> Any:  # noqa: ANN401 - the call's answer
        self._meter.take()
        with TemporaryFile() as log:
            with _output_to(log):
                start = cpu_s()
                answer = call()
                spent = cpu_s() - start
            log_bytes = os.fstat(log.fileno()).st_size
        self._steps.append(Step(function, photos, spent, *self._meter.take(), log_bytes))
        return answer


def _id_of(row: Any) -> str:  # noqa: ANN401 - an item as boto3 writes it
    return str(row["pk"]["S"]).removeprefix("IMG#")


@contextmanager
def _output_to(file: IO[bytes]) -> Iterator[None]:
    """Have the process write to ``file``: loggers keep the stream that they were made with."""
    sys.stdout.flush()
    real = os.dup(1)
    os.dup2(file.fileno(), 1)
    try:
        yield
        sys.stdout.flush()
    finally:
        os.dup2(real, 1)
        os.close(real)
