"""Uploads to the deployed stage: what the URL allows, and that it allows nothing else."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from lumenstock.adapters.aws.objects import S3Objects
from tests.e2e.journey import announce, approved, new_picture, send, status_of, upload
from tests.e2e.stage import Person, Stage

Ticket = dict[str, Any]


def put(ticket: Ticket, data: bytes, url: str = "", **headers: str) -> int:
    """Send ``data``; status of S3's answer. ``headers`` change those of the ticket, empty ones leave them out."""
    wanted = {**ticket["headers"], "Content-Length": str(len(data)), **headers}
    kept = {name: value for name, value in wanted.items() if value}
    return httpx.put(url or ticket["uploadUrl"], content=data, headers=kept, trust_env=False).status_code


def key_of(ticket: Ticket) -> str:
    """Key of the original, as the URL says."""
    found = re.search(r"originals/[^?]+", ticket["uploadUrl"])
    assert found is not None
    return found[0]


def is_there(cloud: Stage, key: str) -> bool:
    try:
        cloud.operator.s3.head_object(Bucket=cloud.outputs["OriginalsBucket"], Key=key)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "404"  # noqa: PT017 - anything else is a fault
        return False
    return True


def test_an_upload_is_processed_and_shown_once_approved(cloud: Stage, contributor: Person) -> None:
    image_id = upload(contributor, title="Harbour at dawn", categories=["travel"])
    status = approved(contributor, image_id)
    assert status["renditions"]
    shown = httpx.get(httpx.URL(cloud.url).join(status["previewUrl"]), trust_env=False)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")


def test_a_forged_upload_is_refused(cloud: Stage, contributor: Person) -> None:
    data = new_picture()
    ticket = announce(contributor, data)
    forged = re.sub(r"(X-Amz-Signature=)[0-9a-f]{8}", r"\g<1>00000000", ticket["uploadUrl"])
    assert put(ticket, data, forged) == 403
    assert put(ticket, data, ticket["uploadUrl"].partition("?")[0]) == 403
    assert not is_there(cloud, key_of(ticket))


def test_an_expired_upload_is_refused(cloud: Stage, contributor: Person) -> None:
    """The same signer as the API's, for one second instead of an hour."""
    data = new_picture()
    ticket = announce(contributor, data)
    originals = S3Objects(cloud.operator.s3, cloud.outputs["OriginalsBucket"])
    brief = originals.presign_put(key_of(ticket), "image/jpeg", len(data), 1)
    time.sleep(2)
    assert put(ticket, data, brief.url) == 403
    assert not is_there(cloud, key_of(ticket))


def test_an_upload_to_the_key_of_another_is_refused(cloud: Stage, contributor: Person) -> None:
    data = new_picture()
    mine, other = announce(contributor, data), announce(contributor, data)
    foreign = mine["uploadUrl"].replace(key_of(mine), key_of(other))
    assert put(mine, data, foreign) == 403
    assert not is_there(cloud, key_of(other))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda ticket, data: put(ticket, data, **{"Content-Type": "image/png"}),
        lambda ticket, data: put(ticket, data, **{"Content-Type": "text/html"}),
        lambda ticket, data: put(ticket, data, **{"Content-Type": ""}),
    ],
    ids=["another", "html", "none"],
)
def test_an_upload_of_the_wrong_type_is_refused(
    cloud: Stage, contributor: Person, wrong: Callable[[Ticket, bytes], int]
) -> None:
    data = new_picture()
    ticket = announce(contributor, data)
    assert wrong(ticket, data) == 403
    assert not is_there(cloud, key_of(ticket))


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data + b"x", lambda _: b""])
def test_an_upload_of_the_wrong_length_is_refused(
    cloud: Stage, contributor: Person, change: Callable[[bytes], bytes]
) -> None:
    data = new_picture()
    ticket = announce(contributor, data)
    assert put(ticket, change(data)) == 403
    assert not is_there(cloud, key_of(ticket))


def test_an_upload_never_overwrites(cloud: Stage, contributor: Person) -> None:
    data = new_picture()
    ticket = announce(contributor, data)
    send(ticket, data)
    first = cloud.operator.s3.head_object(Bucket=cloud.outputs["OriginalsBucket"], Key=key_of(ticket))
    other = data[:-2] + bytes([data[-2] ^ 1, data[-1]])
    assert put(ticket, other) == 412
    assert put(ticket, other, **{"If-None-Match": ""}) == 403
    last = cloud.operator.s3.head_object(Bucket=cloud.outputs["OriginalsBucket"], Key=key_of(ticket))
    assert first["VersionId"] == last["VersionId"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "POST"])
def test_the_url_allows_nothing_but_sending(contributor: Person, method: str) -> None:
    data = new_picture()
    ticket = announce(contributor, data)
    send(ticket, data)
    answer = httpx.request(
        method, ticket["uploadUrl"], content=data, headers=ticket["headers"], trust_env=False
    )
    assert answer.status_code == 403


def test_the_status_says_when_nothing_changed(contributor: Person) -> None:
    path = f"/v1/images/{announce(contributor, new_picture())['imageId']}/status"
    first = contributor.api.get(path)
    again = contributor.api.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


def test_somebody_elses_image_looks_like_none(contributor: Person, buyer: Person) -> None:
    image_id = announce(contributor, new_picture())["imageId"]
    assert status_of(contributor, image_id)["status"] == "uploading"
    for request in (("GET", "status"), ("POST", "retry")):
        method, part = request
        answer = buyer.api.request(method, f"/v1/images/{image_id}/{part}")
        expected = (404, "not_found") if part == "status" else (403, "forbidden")
        assert (answer.status_code, answer.json()["code"]) == expected


def test_only_what_failed_can_be_retried(contributor: Person) -> None:
    image_id = announce(contributor, new_picture())["imageId"]
    answer = contributor.api.post(f"/v1/images/{image_id}/retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")
