"""Every error that the API document promises is provoked here, operation by operation.

The document says what can go wrong (:mod:`functions.runtime.contract`); this file must know a way to each.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

import functions.moderation.api
import functions.search.api
from functions.runtime.http import MAX_BODY_BYTES
from functions.runtime.problems import PROBLEM_MEDIA_TYPE
from lumenstock import bootstrap, settings
from lumenstock.accounts.model import Profile
from lumenstock.accounts.ports import IdentityProvider
from lumenstock.adapters.aws import clients
from lumenstock.adapters.aws.catalog import DynamoCatalog
from lumenstock.adapters.aws.idempotency import IdempotencyStore
from lumenstock.adapters.aws.identity import CognitoIdentity
from lumenstock.catalog.image import Image
from lumenstock.catalog.reasons import ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.ingest.refusals import known
from lumenstock.ingest.uploads import Upload, UploadStatus
from lumenstock.kernel.ids import ImageId, UploadId, UserId
from lumenstock.notification.webhook import MAX_WEBHOOKS, DisabledBecause
from tests.conftest import CATALOG as CATALOG_TABLE
from tests.conftest import ORIGINALS, forget_cached
from tests.functions.gateway import Answer, Gateway, Person
from tests.identity import FakeIdentity
from tests.pictures import jpeg
from tests.unit.search.images import image as some_image
from tools.openapi.document import build
from tools.openapi.merge import operations

ANA = Person(roles=("contributor",))
EMAIL, PASSWORD = "ana@example.com", "Sunset-over-7-seas"
IMAGE_ID = ImageId("01JD8QZ9Y0V7W3T5K2N4M6P8RA")
IMAGE = f"/v1/images/{IMAGE_ID}"
CARA = Person("77777777-aaaa-4bbb-8ccc-222222222222", ("admin",))
OWN, REVIEW = "/v1/contributor/images/{id}", "/v1/admin/moderation/{id}"
QUEUE, FAILED = "/v1/admin/moderation/queue", "/v1/admin/processing/failed"
VERDICT = {"reasons": ["misleading_title"]}
UPLOAD_ID = "01JD8QZ9Y0V7W3T5K2N4M6P8RA"
UPLOAD = f"/v1/uploads/{UPLOAD_ID}"
WEBHOOK = "/v1/contributor/webhooks/01JD8QZ9Y0V7W3T5K2N4M6P8RA"
A_WEBHOOK = {"url": "https://photos.example.org/hook", "events": ["ImageApproved"]}
COMPANION = "/v1/companion/01JD8QZ9Y0V7W3T5K2N4M6P8RA.secret"
A_FILE = {"filename": "a.jpg", "type": "image/jpeg", "metadata": {"size": 3}}


@dataclass(frozen=True)
class Sample:
    """A request that is in order, for one operation.

    Attributes:
        needs: The first thing that the operation reaches for; broken, it breaks the operation.
        wrong: What makes it a request with invalid input.
    """

    method: str
    target: str
    needs: str
    wrong: dict[str, Any]
    json: object = None
    person: Person | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def send(self, **changes: Any) -> Answer:
        """Send it, or the same with ``changes``."""
        sent = {
            "json": self.json,
            "person": self.person,
            "target": self.target,
            "headers": self.headers,
            **changes,
        }
        return Gateway().request(self.method, sent.pop("target"), **sent)


def _image_sample(method: str, part: str, needs: str, person: Person | None = None) -> Sample:
    return Sample(method, IMAGE + part, needs, {"target": f"/v1/images/no-id{part}"}, person=person)


def _upload_sample(method: str, part: str, json: object = None) -> Sample:
    target, wrong = f"{UPLOAD}{part}", {"target": f"/v1/uploads/no-id{part}"}
    return Sample(method, target, "lumenstock.bootstrap.multipart_uploads", wrong, json, ANA)


def _companion_sample(method: str, path: str, wrong: dict[str, Any], json: object = None) -> Sample:
    return Sample(method, f"{COMPANION}/s3{path}", "lumenstock.bootstrap.sessions", wrong, json)


def _companion_upload_sample(method: str, part: str = "", json: object = None, query: str = "") -> Sample:
    path = f"/multipart/{UPLOAD_ID}{part}?key=k{query}"
    return _companion_sample(method, path, {"target": f"{COMPANION}/s3/multipart/no-id{part}"}, json)


def _decided_sample(
    method: str,
    target: str,
    needs: str,
    json: object = None,
    person: Person = ANA,
    wrong: str = "",
) -> Sample:
    """On an image that somebody saw before; wrong is another id, or the target ``wrong``."""
    path, unfit = target.format(id=IMAGE_ID), wrong or target.format(id="no-id")
    needed = f"lumenstock.bootstrap.{needs}"
    return Sample(method, path, needed, {"target": unfit}, json, person, {"If-Match": "*"})


def _webhook_sample(method: str, part: str, json: object = None) -> Sample:
    wrong = {"target": f"/v1/contributor/webhooks/no-id{part}"}
    return Sample(method, f"{WEBHOOK}{part}", "lumenstock.bootstrap.webhooks", wrong, json, ANA)


IDENTITY, CATALOG, INDEX = (
    f"lumenstock.bootstrap.{name}" for name in ("identity", "catalog", "search_index")
)
NO_FIELDS: dict[str, Any] = {"json": {}}
IN_PARTS = {
    "filename": "a.jpg",
    "contentType": "image/jpeg",
    "sizeBytes": 3,
    "title": "Harbour",
    "multipart": True,
}

SAMPLES = {
    "register": Sample(
        "POST",
        "/v1/auth/register",
        IDENTITY,
        NO_FIELDS,
        {"email": EMAIL, "password": PASSWORD, "displayName": "Ana", "role": "buyer"},
    ),
    "confirmRegistration": Sample(
        "POST", "/v1/auth/confirm", IDENTITY, NO_FIELDS, {"email": EMAIL, "code": "123456"}
    ),
    "login": Sample("POST", "/v1/auth/login", IDENTITY, NO_FIELDS, {"email": EMAIL, "password": PASSWORD}),
    "refreshSession": Sample("POST", "/v1/auth/refresh", IDENTITY, NO_FIELDS, {"refreshToken": "x"}),
    "logout": Sample("POST", "/v1/auth/logout", IDENTITY, NO_FIELDS, person=ANA),
    "getMe": Sample("GET", "/v1/auth/me", IDENTITY, {}, person=ANA),
    "startUpload": Sample(
        "POST",
        "/v1/images/upload",
        "lumenstock.bootstrap.profiles",
        NO_FIELDS,
        {"filename": "a.jpg", "contentType": "image/jpeg", "sizeBytes": 1, "title": "Harbour"},
        ANA,
    ),
    "signParts": _upload_sample("POST", "/parts", {"numbers": [1]}),
    "getUpload": _upload_sample("GET", ""),
    "completeUpload": _upload_sample("POST", "/complete"),
    "abortUpload": _upload_sample("DELETE", ""),
    "startUploadSession": Sample(
        "POST", "/v1/upload-sessions", "lumenstock.bootstrap.profiles", {"json": {"credentials": 1}}, {}, ANA
    ),
    "companionCreate": _companion_sample("POST", "/multipart", NO_FIELDS, A_FILE),
    "companionSign": _companion_upload_sample("GET", "/1"),
    "companionSignBatch": _companion_upload_sample("GET", "/batch", query="&partNumbers=1"),
    "companionParts": _companion_upload_sample("GET"),
    "companionComplete": _companion_upload_sample("POST", "/complete", {"parts": []}),
    "companionAbort": _companion_upload_sample("DELETE"),
    "companionParams": _companion_sample(
        "GET", "/params?filename=a.jpg", {"target": f"{COMPANION}/s3/params"}
    ),
    "listOpenUploads": Sample(
        "GET",
        "/v1/contributor/uploads",
        "lumenstock.bootstrap.uploads",
        {"target": "/v1/contributor/uploads?page_size=0"},
        person=ANA,
    ),
    "getContributorImage": _decided_sample("GET", OWN, "catalog"),
    "editContributorImage": _decided_sample("PATCH", OWN, "amendments", {"title": "Sea"}),
    "deleteContributorImage": _decided_sample("DELETE", OWN, "amendments"),
    "appealRefusal": _decided_sample("POST", f"{OWN}/appeal", "amendments", {"text": "Look again."}),
    "getModerationQueue": _decided_sample("GET", QUEUE, "catalog", None, CARA, wrong=f"{QUEUE}?page_size=0"),
    "getFailedProcessing": _decided_sample(
        "GET", FAILED, "catalog", None, CARA, wrong=f"{FAILED}?page_size=0"
    ),
    "retryFailedProcessing": _decided_sample(
        "POST", "/v1/admin/processing/{id}/retry", "catalog", person=CARA
    ),
    "getReviewedImage": _decided_sample("GET", REVIEW, "catalog", person=CARA),
    "approveImage": _decided_sample("POST", f"{REVIEW}/approve", "moderation", person=CARA),
    "rejectImage": _decided_sample("POST", f"{REVIEW}/reject", "moderation", VERDICT, CARA),
    "takeImageDown": _decided_sample("POST", f"{REVIEW}/takedown", "moderation", VERDICT, CARA),
    "restoreImage": _decided_sample("POST", f"{REVIEW}/restore", "moderation", person=CARA),
    "createWebhook": Sample(
        "POST", "/v1/contributor/webhooks", "lumenstock.bootstrap.webhooks", NO_FIELDS, A_WEBHOOK, ANA
    ),
    "listWebhooks": Sample(
        "GET", "/v1/contributor/webhooks", "lumenstock.bootstrap.webhooks", {}, person=ANA
    ),
    "getWebhook": _webhook_sample("GET", ""),
    "editWebhook": _webhook_sample("PATCH", "", {"description": "mine"}),
    "deleteWebhook": _webhook_sample("DELETE", ""),
    "rotateWebhookSecret": _webhook_sample("POST", "/secret"),
    "enableWebhook": _webhook_sample("POST", "/enable"),
    "testWebhook": _webhook_sample("POST", "/test"),
    "listWebhookDeliveries": _webhook_sample("GET", "/deliveries"),
    "replayWebhookDelivery": _webhook_sample("POST", "/deliveries/01JD8QZ9Y0V7W3T5K2N4M6P8RA/replay"),
    "getImageStatus": _image_sample("GET", "/status", CATALOG, ANA),
    "retryProcessing": _image_sample("POST", "/retry", CATALOG, ANA),
    "detectMark": Sample(
        "POST",
        "/v1/admin/marks/detect",
        "lumenstock.bootstrap.marks",
        NO_FIELDS,
        {"picture": base64.b64encode(jpeg(60, 40)).decode()},
        replace(ANA, roles=("admin",)),
    ),
    "searchImages": Sample("GET", "/v1/search?q=sea", INDEX, {"target": "/v1/search?page=0"}),
    "getImage": _image_sample("GET", "", CATALOG),
    "getSimilarImages": _image_sample("GET", "/similar", INDEX),
    "getImagePreview": _image_sample("GET", "/preview", CATALOG),
    "getApiDocument": Sample("GET", "/v1/openapi.json", "functions.meta.api._document", {}),
    "getHealth": Sample("GET", "/v1/health", "functions.meta.api.Health", {}),
}


@dataclass(frozen=True)
class Scene:
    """Where an error is provoked: empty stores, and parts that can be exchanged."""

    patch: pytest.MonkeyPatch

    def broken(self, target: str, error: Exception) -> None:
        """Let whatever calls ``target`` fail."""

        def fail(*_: object, **__: object) -> NoReturn:
            raise error

        self.patch.setattr(target, fail)

    def call_fails(self, client: object, operation: str, error: Exception) -> None:
        """Let one call of an AWS client fail."""

        def fail(**_: object) -> NoReturn:
            raise error

        self.patch.setattr(client, operation, fail)

    def identity(self, provider: IdentityProvider) -> None:
        """Keep accounts elsewhere."""
        self.patch.setattr(bootstrap, "identity", lambda: provider)

    def announced(self) -> ImageId:
        """Ana has signed in before, and announces a file."""
        joined = datetime(2026, 11, 1, tzinfo=UTC)
        bootstrap.profiles().create(Profile(UserId(ANA.id), EMAIL, "Ana", joined))
        return ImageId(SAMPLES["startUpload"].send().json()["imageId"])

    def no_attempt_ends(self) -> None:
        """Whoever works on a request with a key dies just before the end."""
        self.patch.setattr(IdempotencyStore, "finish", lambda *_: None)
        self.patch.setattr(IdempotencyStore, "abandon", lambda *_: None)


@dataclass(frozen=True)
class Refusing:
    """A client of Cognito that refuses every call."""

    code: str

    def __getattr__(self, name: str) -> Callable[..., NoReturn]:
        def refuse(**_: object) -> NoReturn:
            raise ClientError({"Error": {"Code": self.code, "Message": ""}}, name)

        return refuse


Provocation = Callable[[Scene, Sample], Answer]


def sent(**changes: Any) -> Provocation:
    return lambda _, sample: sample.send(**changes)


def broken(error: Exception) -> Provocation:
    def provoke(scene: Scene, sample: Sample) -> Answer:
        scene.broken(sample.needs, error)
        return sample.send()

    return provoke


def with_accounts(provider: Any) -> Provocation:
    def provoke(scene: Scene, sample: Sample) -> Answer:
        scene.identity(provider)
        return sample.send()

    return provoke


def key_in_work(scene: Scene, sample: Sample) -> Answer:
    scene.no_attempt_ends()
    sample.send(headers={"Idempotency-Key": "k"})
    return sample.send(headers={"Idempotency-Key": "k"})


def key_of_another_body(scene: Scene, sample: Sample) -> Answer:
    scene.no_attempt_ends()
    sample.send(headers={"Idempotency-Key": "k"})
    other = {**sample.json, "title": "Another"} if isinstance(sample.json, dict) else {}
    return sample.send(headers={"Idempotency-Key": "k"}, json=other)


def retry_of_an_upload(scene: Scene, sample: Sample) -> Answer:
    return sample.send(target=f"/v1/images/{scene.announced()}/retry")


def retry_that_loses_every_race(scene: Scene, sample: Sample) -> Answer:
    image_id = scene.announced()
    for status in (Status.PROCESSING, Status.PROCESSING_FAILED):
        now = bootstrap.clock().now()
        bootstrap.catalog().update(image_id, lambda image, to=status, at=now: image.moved(to, at))  # type: ignore[misc]
    read = DynamoCatalog.get

    def read_late(self: DynamoCatalog, image_id: ImageId) -> Image:
        present = read(self, image_id)
        return replace(present, version=present.version - 1)

    scene.patch.setattr(DynamoCatalog, "get", read_late)
    return sample.send(target=f"/v1/images/{image_id}/retry")


def forged_cursor(scene: Scene, sample: Sample) -> Answer:
    scene.patch.setattr(bootstrap, "cursor_secret", lambda: b"secret")
    joined = "&" if "?" in sample.target else "?"
    return sample.send(target=f"{sample.target}{joined}cursor=forged")


def upload_of_bytes_that_are_there(scene: Scene, sample: Sample) -> Answer:
    bootstrap.catalog().claim("a" * 64, scene.announced())
    return sample.send(json={**IN_PARTS, "sha256": "a" * 64})


def upload_beyond_the_cap(scene: Scene, sample: Sample) -> Answer:
    scene.announced()
    crowded(scene, "")
    return [sample.send(json=IN_PARTS) for _ in range(2)][-1]


def upload_that_meets_others(scene: Scene, sample: Sample) -> Answer:
    scene.announced()
    busy(scene, "")
    return sample.send(json=IN_PARTS)


def step_of(how: Callable[[Scene, str], None]) -> Provocation:
    """The same step of an upload that something was done to."""

    def provoke(scene: Scene, sample: Sample) -> Answer:
        scene.announced()
        upload_id = SAMPLES["startUpload"].send(json=IN_PARTS).json()["uploadId"]
        how(scene, upload_id)
        return sample.send(target=sample.target.replace(UPLOAD, f"/v1/uploads/{upload_id}"))

    return provoke


def by_companion(how: Callable[[Scene, str], None] = lambda *_: None) -> Provocation:
    """The same step with a capability that is good, of an upload that something was done to."""

    def provoke(scene: Scene, sample: Sample) -> Answer:
        scene.announced()
        endpoint = SAMPLES["startUploadSession"].send().json()["companionEndpoint"]
        made = Gateway().request("POST", f"{endpoint}/s3/multipart", json=A_FILE).json()
        how(scene, made["uploadId"])
        target = sample.target.replace(COMPANION, endpoint).replace(UPLOAD_ID, made["uploadId"])
        return sample.send(target=target.replace("key=k", f"key={made['key']}"))

    return provoke


def over(scene: Scene, _: str) -> None:
    """A day goes by."""
    later = bootstrap.clock().now() + timedelta(hours=25)
    scene.patch.setattr(type(bootstrap.clock()), "now", lambda _: later)


def full(_: Scene, __: str) -> None:
    """Every session has had as many files as it may."""
    for item in clients.dynamodb().scan(TableName=CATALOG_TABLE)["Items"]:
        if item.get("kind") == {"S": "session"}:
            change: Any = {":n": {"N": "0"}}
            clients.dynamodb().update_item(
                TableName=CATALOG_TABLE,
                Key={"pk": item["pk"], "sk": item["sk"]},
                UpdateExpression="SET max_files = :n",
                ExpressionAttributeValues=change,
            )


def crowded(scene: Scene, _: str) -> None:
    scene.patch.setenv("OPEN_UPLOADS_MAX", "1")
    forget_cached(settings)


def busy(scene: Scene, _: str) -> None:
    """Too many uploads of the account begin at once."""
    met: Any = {"Error": {"Code": "X"}, "CancellationReasons": [{"Code": "TransactionConflict"}]}
    scene.patch.setattr("lumenstock.adapters.aws.transactions._FIRST_PAUSE_S", 0)
    scene.call_fails(clients.dynamodb(), "transact_write_items", ClientError(met, "x"))


def key_of_another_webhook(_: Scene, sample: Sample) -> Answer:
    sample.send(headers={"Idempotency-Key": "k"})
    return sample.send(headers={"Idempotency-Key": "k"}, json={**A_WEBHOOK, "description": "another"})


def one_webhook_too_many(_: Scene, sample: Sample) -> Answer:
    return [sample.send() for _ in range(MAX_WEBHOOKS + 1)][-1]


def webhooks_that_meet(how: Callable[[], str]) -> Provocation:
    """The same request while the contributor's other webhooks come and go."""

    def provoke(scene: Scene, sample: Sample) -> Answer:
        target = how()
        busy(scene, "")
        return sample.send(target=target)

    return provoke


def a_webhook() -> str:
    """The address of a new one."""
    return f"/v1/contributor/webhooks/{SAMPLES['createWebhook'].send().json()['id']}"


def replay_to_a_disabled_one(_: Scene, sample: Sample) -> Answer:
    target = a_webhook()
    webhook = bootstrap.webhooks().of_owner(UserId(ANA.id))[0]
    bootstrap.webhooks().disable(webhook, DisabledBecause.GONE, bootstrap.clock().now())
    return sample.send(target=sample.target.replace(WEBHOOK, target))


def at_no_route(_: Scene, sample: Sample) -> Answer:
    return sample.send(target=sample.target.replace(COMPANION, '/v1/companion/"'))


def ended(_: Scene, upload_id: str) -> None:
    upload = bootstrap.uploads().get(UploadId(upload_id))
    bootstrap.uploads().finish(upload, UploadStatus.EXPIRED)


def completed(scene: Scene, upload_id: str) -> None:
    sent_whole(b"\xff\xd8\xff")(scene, upload_id)
    Gateway().request("POST", f"/v1/uploads/{upload_id}/complete", person=ANA)


def sent_whole(data: bytes) -> Callable[[Scene, str], None]:
    def put(_: Scene, upload_id: str) -> None:
        upload = bootstrap.uploads().get(UploadId(upload_id))
        storage_id = bootstrap.multipart_uploads().ready(upload, [1], upload.created_at)[1]
        clients.s3().upload_part(
            Bucket=ORIGINALS, Key=upload.key, UploadId=storage_id, PartNumber=1, Body=data
        )

    return put


def changing_while_put_together(scene: Scene, upload_id: str) -> None:
    sent_whole(b"\xff\xd8\xff")(scene, upload_id)
    changed = ClientError({"Error": {"Code": "InvalidPart", "Message": ""}}, "x")
    scene.call_fails(clients.s3(), "complete_multipart_upload", changed)


def cut_in_two_ways(scene: Scene, upload_id: str) -> None:
    scene.patch.setattr(Upload, "plan", None)
    sent_whole(b"\xff\xd8")(scene, upload_id)


def image_in(status: Status, **fields: Any) -> Provocation:
    """The request on an image of Ana's in this status."""

    def provoke(_: Scene, sample: Sample) -> Answer:
        row = replace(some_image(), id=IMAGE_ID, contributor_id=UserId(ANA.id), status=status, **fields)
        bootstrap.catalog().create(row)
        return sample.send()

    return provoke


def image_whose_file_is_anothers(status: Status, *reasons: ReasonCode) -> Provocation:
    def provoke(scene: Scene, sample: Sample) -> Answer:
        bootstrap.catalog().create(some_image(2))
        bootstrap.catalog().claim("ab" * 32, some_image(2).id)
        source = replace(some_image().source, sha256="ab" * 32)
        told = tuple(known(code) for code in reasons)
        return image_in(status, source=source, reasons=told)(scene, sample)

    return provoke


def image_that_changes_all_the_time(status: Status, *reasons: ReasonCode) -> Provocation:
    def provoke(scene: Scene, sample: Sample) -> Answer:
        read = DynamoCatalog.get

        def read_late(self: DynamoCatalog, image_id: ImageId) -> Image:
            present = read(self, image_id)
            return replace(present, version=present.version - 1)

        scene.patch.setattr(DynamoCatalog, "get", read_late)
        return image_in(status, reasons=tuple(known(code) for code in reasons))(scene, sample)

    return provoke


def decision_after_anothers(scene: Scene, sample: Sample) -> Answer:
    image_in(Status.PENDING_REVIEW)(scene, replace(sample, target="/v1/health", method="GET"))
    dora = Person("88888888-aaaa-4bbb-8ccc-222222222222", ("admin",))
    SAMPLES["rejectImage"].send(person=dora)
    return sample.send()


TITLE = ReasonCode.MISLEADING_TITLE
GENERAL: dict[str, Provocation] = {
    "bad_request": sent(json=None, body="{", headers={"content-type": "application/json"}),
    "capability_expired": by_companion(over),
    "capability_refused": sent(),
    "forbidden": sent(person=Person(roles=("buyer",))),
    "idempotency_key_reused": key_of_another_body,
    "internal": broken(RuntimeError("a bug")),
    "not_authenticated": sent(person=replace(ANA, token_use="id")),
    "not_found": sent(),
    "precondition_failed": sent(headers={"If-Match": '"another"'}),
    "precondition_required": sent(headers={}),
    "payload_too_large": sent(json={"x": "x" * MAX_BODY_BYTES}),
    "request_in_progress": key_in_work,
    "search_unavailable": sent(),
    "too_many_requests": with_accounts(CognitoIdentity(Refusing("TooManyRequestsException"), "p", "c")),  # type: ignore[arg-type]
    "unavailable": broken(EndpointConnectionError(endpoint_url="https://nowhere")),
    "unsupported_media_type": sent(json=None, body="x=1", headers={"content-type": "text/plain"}),
    "validation_failed": lambda _, sample: sample.send(**sample.wrong),
}
# Setting up stores takes most of the time of a test; these errors never get so far.
BEFORE_ANY_STORE = {
    "bad_request",
    "forbidden",
    "internal",
    "not_authenticated",
    "payload_too_large",
    "precondition_failed",
    "precondition_required",
    "unavailable",
    "unsupported_media_type",
    "validation_failed",
}
PARTICULAR: dict[tuple[str, str], Provocation] = {
    ("detectMark", "payload_too_large"): sent(json={"x": "x" * 6_000_000}),
    ("login", "not_authenticated"): with_accounts(FakeIdentity()),
    ("refreshSession", "not_authenticated"): with_accounts(FakeIdentity()),
    ("getMe", "not_found"): with_accounts(FakeIdentity()),
    ("startUpload", "profile_missing"): sent(),
    ("retryProcessing", "illegal_transition"): retry_of_an_upload,
    ("retryProcessing", "version_conflict"): retry_that_loses_every_race,
    ("startUpload", "already_uploaded"): upload_of_bytes_that_are_there,
    ("startUpload", "too_many_open_uploads"): upload_beyond_the_cap,
    ("startUpload", "version_conflict"): upload_that_meets_others,
    ("signParts", "upload_ended"): step_of(ended),
    ("abortUpload", "upload_ended"): step_of(completed),
    ("completeUpload", "upload_ended"): step_of(ended),
    ("completeUpload", "upload_incomplete"): step_of(sent_whole(b"\xff\xd8")),
    ("completeUpload", "content_refused"): step_of(sent_whole(b"%PD")),
    ("completeUpload", "chunk_size_changed"): step_of(cut_in_two_ways),
    ("completeUpload", "version_conflict"): step_of(changing_while_put_together),
    ("listOpenUploads", "bad_request"): forged_cursor,
    ("startUploadSession", "profile_missing"): sent(),
    ("companionCreate", "session_full"): by_companion(full),
    ("companionCreate", "too_many_open_uploads"): by_companion(crowded),
    ("companionCreate", "version_conflict"): by_companion(busy),
    ("companionParams", "session_full"): by_companion(full),
    ("companionParams", "version_conflict"): by_companion(busy),
    ("companionSign", "upload_ended"): by_companion(ended),
    ("companionSignBatch", "upload_ended"): by_companion(ended),
    ("companionAbort", "upload_ended"): by_companion(completed),
    ("companionComplete", "upload_ended"): by_companion(ended),
    ("companionComplete", "upload_incomplete"): by_companion(),
    ("companionComplete", "chunk_size_changed"): by_companion(sent_whole(b"\xff\xd8")),
    ("companionComplete", "content_refused"): by_companion(sent_whole(b"%PD")),
    ("companionComplete", "version_conflict"): by_companion(changing_while_put_together),
    **{(name, "not_found"): at_no_route for name in SAMPLES if name.startswith("companion")},
    ("getModerationQueue", "bad_request"): forged_cursor,
    ("getFailedProcessing", "bad_request"): forged_cursor,
    ("editContributorImage", "illegal_transition"): image_in(Status.EXPIRED),
    ("editContributorImage", "duplicate_image"): image_whose_file_is_anothers(Status.REJECTED, TITLE),
    ("editContributorImage", "version_conflict"): image_that_changes_all_the_time(Status.APPROVED),
    ("deleteContributorImage", "version_conflict"): image_that_changes_all_the_time(Status.APPROVED),
    ("appealRefusal", "illegal_transition"): image_in(Status.APPROVED),
    ("appealRefusal", "duplicate_image"): image_whose_file_is_anothers(Status.REJECTED, TITLE),
    ("appealRefusal", "version_conflict"): image_that_changes_all_the_time(Status.REJECTED, TITLE),
    ("retryFailedProcessing", "illegal_transition"): image_in(Status.APPROVED),
    ("retryFailedProcessing", "version_conflict"): image_that_changes_all_the_time(Status.PROCESSING_FAILED),
    ("approveImage", "already_decided"): decision_after_anothers,
    ("rejectImage", "already_decided"): decision_after_anothers,
    ("approveImage", "illegal_transition"): image_in(Status.PROCESSING),
    ("rejectImage", "illegal_transition"): image_in(Status.PROCESSING),
    ("approveImage", "version_conflict"): image_that_changes_all_the_time(Status.PENDING_REVIEW),
    ("rejectImage", "version_conflict"): image_that_changes_all_the_time(Status.PENDING_REVIEW),
    ("takeImageDown", "illegal_transition"): image_in(Status.PROCESSING),
    ("takeImageDown", "version_conflict"): image_that_changes_all_the_time(Status.APPROVED),
    ("restoreImage", "illegal_transition"): image_in(Status.PROCESSING),
    ("restoreImage", "duplicate_image"): image_whose_file_is_anothers(Status.TAKEN_DOWN),
    ("restoreImage", "version_conflict"): image_that_changes_all_the_time(Status.TAKEN_DOWN),
    ("createWebhook", "idempotency_key_reused"): key_of_another_webhook,
    ("createWebhook", "conflict"): one_webhook_too_many,
    ("createWebhook", "version_conflict"): webhooks_that_meet(lambda: "/v1/contributor/webhooks"),
    ("deleteWebhook", "version_conflict"): webhooks_that_meet(a_webhook),
    ("replayWebhookDelivery", "conflict"): replay_to_a_disabled_one,
    ("searchImages", "bad_request"): forged_cursor,
    ("getSimilarImages", "not_found"): sent(target='/v1/images/"/similar'),
}


def promised() -> list[tuple[str, int, str]]:
    """Operation, status and code of every problem in the document."""
    document = build()
    problems = document["components"]["responses"]
    return [
        (operation["operationId"], int(status), code)
        for _, _, operation in operations(document)
        for status, answer in operation["responses"].items()
        if "$ref" in answer
        for code in problems[answer["$ref"].rpartition("/")[2]]["content"][PROBLEM_MEDIA_TYPE]["examples"]
    ]


@pytest.mark.parametrize(("operation", "status", "code"), promised())
def test_a_documented_error_happens(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, operation: str, status: int, code: str
) -> None:
    provoke = PARTICULAR.get((operation, code))
    if provoke is not None or code not in BEFORE_ANY_STORE:
        request.getfixturevalue("stores")
    forget_cached(functions.search.api, functions.moderation.api)
    answer = (provoke or GENERAL[code])(Scene(monkeypatch), SAMPLES[operation])
    assert (answer.status, answer.code) == (status, code)


def test_no_provocation_is_left_over() -> None:
    assert set(PARTICULAR) <= {(operation, code) for operation, _, code in promised()}
