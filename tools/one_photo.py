"""One photo's way through the real functions, in the order of the deployed stage, and what each one used.

AWS answers from memory below the clients, so what the clients do counts and what the services do does not.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import psutil
from PIL import Image

from lumenstock import bootstrap
from lumenstock.adapters.aws import clients
from lumenstock.catalog.image import rendition_key
from lumenstock.kernel.ids import MediaKey
from tests.functions.gateway import Gateway, Person
from tools.aws_from_memory import AwsFromMemory
from tools.billing.meter import Meter

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
        cpu_s: User and system time, children of the decoder included.
        units: Billed units of its AWS calls.
        calls: Its AWS calls by kind, and the bytes that it read.
        log_bytes: What it logged.
    """

    function: str
    cpu_s: float
    units: Counter[str]
    calls: Counter[str]
    log_bytes: int


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

    def take_in(self, path: Path) -> list[Step]:
        """Everything that happens to one photo, from its announcement to its place in the index.

        Raises:
            SystemExit: It was refused.
        """
        from functions.ingest import metadata, record, render, validate, watermark

        self._steps = []
        body = path.read_bytes()
        image_id = self._announced(path.stem, len(body))
        row = self._memory.item({"pk": {"S": f"IMG#{image_id}"}, "sk": {"S": "A"}})
        key = row["source"]["M"]["key"]["S"]
        self._memory.objects[key] = body
        self._dispatched(key)
        checked = self._run(validate, {"image_id": image_id, "bucket": "originals", "key": key})
        if not checked["ok"]:
            raise SystemExit(f"{path} was refused: {checked['reasons']}")
        common = {"image_id": image_id, "plan": checked["plan"]}
        rendered = [self._run(render, {**common, "group": group}) for group in checked["plan"]["groups"]]
        watermarked = self._run(watermark, common)
        self._run(metadata, common)
        made = {"rendered": rendered, "watermarked": watermarked}
        self._run(record, {"image_id": image_id, "checked": checked, **made})
        self._embedded(image_id, path, MediaKey(row["media_key"]["S"]))
        del self._memory.objects[key]
        return self._steps

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

    def _dispatched(self, key: str) -> None:
        from functions.ingest import dispatch

        detail = {"bucket": {"name": "originals"}, "object": {"key": key}}
        record = {
            "messageId": "1",
            "receiptHandle": "1",
            "body": json.dumps({"detail": detail}),
            "attributes": {"ApproximateReceiveCount": "1"},
        }
        self._measured("ingest-dispatch", lambda: dispatch.handler({"Records": [record]}, None))

    def _embedded(self, image_id: str, path: Path, media_key: MediaKey) -> None:
        from functions.embed import live
        from functions.indexer import stream

        with Image.open(path) as photo:
            for width_px in (512, 300):
                file = io.BytesIO()
                photo.resize((width_px, width_px * photo.height // photo.width)).save(file, "WEBP")
                self._memory.objects[rendition_key(media_key, 1, str(width_px))] = file.getvalue()
        message = {"messageId": "1", "body": json.dumps({"image_id": image_id, "rev": 1})}
        answer = self._measured("embed-live", lambda: live.handler({"Records": [message]}, None))
        if answer["batchItemFailures"]:
            raise SystemExit(f"{path} was not embedded")
        records, self._meter.stream = self._meter.stream, []
        self._measured("indexer-stream", lambda: stream.handler({"Records": records}, None))

    def _run(self, module: Any, payload: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - a task's module
        name = f"ingest-{module.__name__.rpartition('.')[2]}"
        answer: dict[str, Any] = self._measured(name, lambda: module.handler(payload, None))
        return answer

    def _measured(self, function: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401 - the call's answer
        self._meter.take()
        with TemporaryFile() as log:
            with _output_to(log):
                start = cpu_s()
                answer = call()
                spent = cpu_s() - start
            log_bytes = os.fstat(log.fileno()).st_size
        self._steps.append(Step(function, spent, *self._meter.take(), log_bytes))
        return answer


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
