"""A request that is in order, for each operation of the API."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lumenstock.kernel.ids import ImageId
from tests.functions.gateway import Answer, Gateway, Person
from tests.pictures import jpeg

ANA = Person(roles=("contributor",))

CARA = Person("77777777-aaaa-4bbb-8ccc-222222222222", ("admin",))

EMAIL, PASSWORD = "ana@example.com", "Sunset-over-7-seas"

IMAGE_ID = ImageId("01JD8QZ9Y0V7W3T5K2N4M6P8RA")

IMAGE = f"/v1/images/{IMAGE_ID}"

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
    return Sample(method, target, "lumenstock.use_cases.multipart_uploads", wrong, json, ANA)


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
    needed = f"lumenstock.{'bootstrap' if needs == 'catalog' else 'use_cases'}.{needs}"
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
    "suggestSearches": Sample("GET", "/v1/search/suggest?q=se", INDEX, {"target": "/v1/search/suggest"}),
    "searchByImage": Sample(
        "POST",
        "/v1/search/by-image",
        "lumenstock.bootstrap.embedder",
        NO_FIELDS,
        {"picture": base64.b64encode(jpeg(60, 40)).decode()},
    ),
    "getImage": _image_sample("GET", "", CATALOG),
    "getSimilarImages": _image_sample("GET", "/similar", INDEX),
    "getImagePreview": _image_sample("GET", "/preview", CATALOG),
    "getApiDocument": Sample("GET", "/v1/openapi.json", "functions.meta.api._document", {}),
    "getHealth": Sample("GET", "/v1/health", "functions.meta.api.Health", {}),
}
