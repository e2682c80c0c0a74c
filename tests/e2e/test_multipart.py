"""Files in parts on the deployed stage, whose S3 checks signatures: what each URL, form and credential allows."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from lumenstock.ingest.direct import direct_image_id, session_of
from tests.e2e.journey import announce, approved, expect, new_picture, settled, wait_for
from tests.e2e.parts import MIB, PART, complete, file_of_parts, put, sdk, send, sign, slices
from tests.e2e.stage import Person, Stage
from tests.pictures import jpeg


def stored(cloud: Stage, key: str) -> bytes:
    body = cloud.operator.s3.get_object(Bucket=cloud.outputs["OriginalsBucket"], Key=key)["Body"]
    return body.read()


def unfinished(cloud: Stage, prefix: str) -> int:
    listed = cloud.operator.s3.list_multipart_uploads(Bucket=cloud.outputs["OriginalsBucket"], Prefix=prefix)
    return len(listed.get("Uploads", []))


def test_a_picture_in_parts_is_processed_like_any_other(contributor: Person) -> None:
    data = new_picture()
    ticket = announce(contributor, data, multipart=True)
    send(contributor, ticket, data)
    assert expect(complete(contributor, ticket)) == {"imageId": ticket["imageId"], "status": "completed"}
    approved(contributor, ticket["imageId"])
    assert complete(contributor, ticket).json()["status"] == "completed"


def test_a_file_that_was_interrupted_is_whole_in_the_end(cloud: Stage, contributor: Person) -> None:
    data = file_of_parts(3)
    ticket = announce(contributor, data, multipart=True)
    parts = slices(data)
    urls = sign(contributor, ticket, 1, 3)
    for number in ("3", "1"):
        put(urls[number]["url"], parts[int(number)], **urls[number]["headers"]).raise_for_status()
    refused = complete(contributor, ticket)
    assert (refused.status_code, refused.json()["code"]) == (422, "upload_incomplete")
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/parts/2"]
    state = expect(contributor.api.get(f"/v1/uploads/{ticket['uploadId']}"))
    held = {part["number"]: part["size"] for part in state["parts"]}
    assert held == {1: PART, 3: 4321}
    (part,) = sign(contributor, ticket, 2).values()
    put(part["url"], parts[2], **part["headers"]).raise_for_status()
    expect(complete(contributor, ticket))
    assert hashlib.sha256(stored(cloud, ticket["key"])).digest() == hashlib.sha256(data).digest()
    settled(contributor, ticket["imageId"])


@pytest.mark.parametrize("change", [lambda part: part[:-1], lambda part: part + b"x", lambda _: b""])
def test_a_part_of_another_length_is_refused_by_the_store(
    contributor: Person, change: Callable[[bytes], bytes]
) -> None:
    data = new_picture()
    ticket = announce(contributor, data, multipart=True)
    (part,) = sign(contributor, ticket, 1).values()
    wrong = change(data)
    assert put(part["url"], wrong, **{"Content-Length": str(len(wrong))}).status_code == 403
    assert expect(contributor.api.get(f"/v1/uploads/{ticket['uploadId']}"))["parts"] == []


def test_the_url_of_a_part_is_good_for_no_other(contributor: Person) -> None:
    data = file_of_parts(2)
    ticket, other = (announce(contributor, data, multipart=True) for _ in range(2))
    first = sign(contributor, ticket, 1)["1"]
    another = sign(contributor, other, 1)["1"]
    part = data[:PART]
    for forged in (
        first["url"].replace("partNumber=1", "partNumber=2"),
        first["url"].replace(ticket["key"], other["key"]),
        another["url"].replace(other["key"], ticket["key"]),
        first["url"].partition("&X-Amz-Signature")[0],
    ):
        assert put(forged, part, **first["headers"]).status_code == 403
    for one in (ticket, other):
        assert expect(contributor.api.get(f"/v1/uploads/{one['uploadId']}"))["parts"] == []


def test_parts_that_are_asked_for_at_once_lie_in_one_upload(cloud: Stage, contributor: Person) -> None:
    data = file_of_parts(4)
    ticket = announce(contributor, data, multipart=True)
    parts = slices(data)

    def one(number: int) -> int:
        (part,) = sign(contributor, ticket, number).values()
        return put(part["url"], parts[number], **part["headers"]).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(one, parts)) == {200}
    assert unfinished(cloud, ticket["key"]) == 1
    expect(complete(contributor, ticket))
    assert unfinished(cloud, ticket["key"]) == 0


def test_uploads_that_begin_at_once_are_all_counted(contributor: Person) -> None:
    data = new_picture()
    with ThreadPoolExecutor(8) as pool:
        tickets = list(pool.map(lambda _: announce(contributor, data, multipart=True), range(16)))
    listed = expect(contributor.api.get("/v1/contributor/uploads"))["uploads"]
    assert {upload["uploadId"] for upload in listed} == {ticket["uploadId"] for ticket in tickets}
    for ticket in tickets:
        contributor.api.delete(f"/v1/uploads/{ticket['uploadId']}").raise_for_status()
    assert expect(contributor.api.get("/v1/contributor/uploads"))["uploads"] == []


def test_completions_that_come_at_once_are_one(cloud: Stage, contributor: Person) -> None:
    data = new_picture()
    ticket = announce(contributor, data, multipart=True)
    send(contributor, ticket, data)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: complete(contributor, ticket), range(6)))
    assert {answer.text for answer in answers if answer.status_code == 200} == {answers[0].text}
    assert {answer.status_code for answer in answers} <= {200, 409}
    versions = cloud.operator.s3.list_object_versions(
        Bucket=cloud.outputs["OriginalsBucket"], Prefix=ticket["key"]
    )["Versions"]
    assert len(versions) == 1
    approved(contributor, ticket["imageId"])


def test_nobody_else_comes_near_an_upload(cloud: Stage, contributor: Person) -> None:
    ticket = announce(contributor, new_picture(), multipart=True)
    other = cloud.sign_up("contributor")
    path = f"/v1/uploads/{ticket['uploadId']}"
    answers = [
        other.api.get(path),
        other.api.delete(path),
        other.api.post(f"{path}/complete", json={}),
        other.api.post(f"{path}/parts", json={"numbers": [1]}),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "not_found")}
    other.api.close()


@pytest.fixture
def session(contributor: Person) -> dict[str, Any]:
    """A session with credentials."""
    return expect(contributor.api.post("/v1/upload-sessions", json={"credentials": True}))


def test_uppys_contract_works_without_a_token(
    cloud: Stage, contributor: Person, session: dict[str, Any]
) -> None:
    """The calls of @uppy/aws-s3 6.3.1 in its own order, by a client that has nothing but the address."""
    data = file_of_parts(3)
    with cloud.client() as page:
        root = f"{session['companionEndpoint']}/s3/multipart"
        body = {"filename": "a b.jpg", "type": "image/jpeg", "metadata": {"size": len(data), "title": "Ä"}}
        made = expect(page.post(root, json=body))
        one, key = f"{root}/{made['uploadId']}", {"key": made["key"]}
        etags = []
        for number, part in slices(data).items():
            signed = expect(page.get(f"{one}/{number}", params=key))
            answer = put(signed["url"], part)
            assert answer.status_code == 200, answer.text
            etags.append({"PartNumber": number, "ETag": answer.headers["etag"].strip('"')})
        assert [part["Size"] for part in page.get(one, params=key).json()] == [PART, PART, 4321]
        done = expect(page.post(f"{one}/complete", params=key, json={"parts": etags}))
        again = expect(page.post(f"{one}/complete", params=key, json={"parts": etags}))
    assert done == again
    assert stored(cloud, made["key"]) == data
    status = expect(contributor.api.get(done["location"]))
    assert status["title"] == "Ä"


def test_uppys_form_uploads_a_whole_file_and_nothing_larger(
    cloud: Stage, contributor: Person, session: dict[str, Any]
) -> None:
    data = new_picture()
    query = {"filename": "a.jpg", "type": "image/jpeg", "metadata[size]": str(len(data))}
    with cloud.client() as page:
        form = expect(page.get(f"{session['companionEndpoint']}/s3/params", params=query))

    def post(body: bytes, **fields: str) -> int:
        sent = {**form["fields"], **fields}
        answer = httpx.post(form["url"], data=sent, files={"file": ("a.jpg", body)}, trust_env=False)
        return answer.status_code

    assert post(data + b"x") in {400, 403}
    assert post(data, **{"Content-Type": "text/html"}) == 403
    assert post(data, key=form["fields"]["key"].replace("originals/", "originals/x")) == 403
    assert post(data, **{"x-amz-signature": "0" * 64}) == 403
    assert post(data) == 201
    image_id = form["fields"]["key"].rpartition("/")[2].partition(".")[0]
    approved(contributor, image_id)


def direct_image(person: Person, credentials: dict[str, str], name: str) -> str:
    """The id of the image that a file sent by credentials becomes, as soon as it has a row."""
    key = credentials["prefix"] + name
    session_id = session_of(key)
    assert session_id is not None
    image_id = direct_image_id(session_id, key)
    wait_for(
        lambda: person.api.get(f"/v1/images/{image_id}/status").status_code,
        lambda status: status == 200,
        within_s=60,
    )
    return image_id


def test_an_sdks_own_upload_is_processed_like_any_other(
    cloud: Stage, contributor: Person, session: dict[str, Any]
) -> None:
    client = sdk(cloud, session["credentials"])
    bucket, prefix = session["credentials"]["bucket"], session["credentials"]["prefix"]
    client.upload_fileobj(io.BytesIO(new_picture()), bucket, f"{prefix}Häfen/DSC 0042.jpg")
    image_id = direct_image(contributor, session["credentials"], "Häfen/DSC 0042.jpg")
    approved(contributor, image_id)


def test_an_sdks_upload_in_parts_of_its_own_is_whole(
    cloud: Stage, contributor: Person, session: dict[str, Any]
) -> None:
    data = file_of_parts(3)
    client = sdk(cloud, session["credentials"])
    bucket, prefix = session["credentials"]["bucket"], session["credentials"]["prefix"]
    own = TransferConfig(multipart_threshold=6 * MIB, multipart_chunksize=6 * MIB, max_concurrency=3)
    client.upload_fileobj(io.BytesIO(data), bucket, f"{prefix}large.jpg", Config=own)
    assert stored(cloud, f"{prefix}large.jpg") == data
    settled(contributor, direct_image(contributor, session["credentials"], "large.jpg"))


Forbidden = Callable[[Any, str, str], Any]

FORBIDDEN: dict[str, Forbidden] = {
    "another folder of the day": lambda s3, bucket, prefix: s3.put_object(
        Bucket=bucket, Key=f"{prefix.rsplit('/', 2)[0]}/a.jpg", Body=b"x"
    ),
    "another contributor": lambda s3, bucket, prefix: s3.put_object(
        Bucket=bucket, Key=prefix.replace("originals/", "originals/x") + "a.jpg", Body=b"x"
    ),
    "bulk": lambda s3, bucket, _: s3.put_object(Bucket=bucket, Key="bulk/a.jpg", Body=b"x"),
    "parts elsewhere": lambda s3, bucket, _: s3.create_multipart_upload(Bucket=bucket, Key="originals/a.jpg"),
    "read its own file": lambda s3, bucket, prefix: s3.get_object(Bucket=bucket, Key=f"{prefix}a.jpg"),
    "delete its own file": lambda s3, bucket, prefix: s3.delete_object(Bucket=bucket, Key=f"{prefix}a.jpg"),
    "list": lambda s3, bucket, prefix: s3.list_objects_v2(Bucket=bucket, Prefix=prefix),
    "list uploads": lambda s3, bucket, prefix: s3.list_multipart_uploads(Bucket=bucket, Prefix=prefix),
    "tag": lambda s3, bucket, prefix: s3.put_object_tagging(
        Bucket=bucket, Key=f"{prefix}a.jpg", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]}
    ),
    "buckets": lambda s3, _, __: s3.list_buckets(),
}


@pytest.fixture(scope="module")
def handed_out(cloud: Stage) -> Iterator[tuple[Any, str, str]]:
    """A client with credentials, its bucket and prefix, and a file of its own."""
    person = cloud.sign_up("contributor")
    credentials = expect(person.api.post("/v1/upload-sessions", json={"credentials": True}))["credentials"]
    client = sdk(cloud, credentials)
    client.put_object(Bucket=credentials["bucket"], Key=f"{credentials['prefix']}a.jpg", Body=jpeg(32, 32))
    yield client, credentials["bucket"], credentials["prefix"]
    person.api.close()


@pytest.mark.parametrize("step", FORBIDDEN.values(), ids=FORBIDDEN)
def test_credentials_allow_nothing_but_sending(handed_out: tuple[Any, str, str], step: Forbidden) -> None:
    with pytest.raises(ClientError) as refused:
        step(*handed_out)
    assert refused.value.response["Error"]["Code"] == "AccessDenied"


def test_credentials_of_one_session_are_no_use_in_another(
    contributor: Person, handed_out: tuple[Any, str, str], session: dict[str, Any]
) -> None:
    client, bucket, _ = handed_out
    with pytest.raises(ClientError, match="AccessDenied"):
        client.put_object(Bucket=bucket, Key=f"{session['credentials']['prefix']}a.jpg", Body=b"x")
    assert contributor.id in session["credentials"]["prefix"]


def test_a_forged_or_foreign_capability_opens_nothing(cloud: Stage, session: dict[str, Any]) -> None:
    endpoint = session["companionEndpoint"]
    with cloud.client() as page:
        body = {"filename": "a.jpg", "type": "image/jpeg", "metadata": {"size": 9}}
        made = expect(page.post(f"{endpoint}/s3/multipart", json=body))
        forged = endpoint[:-1] + ("A" if endpoint[-1] != "A" else "B")
        for wrong in (forged, urljoin(endpoint, "nothing")):
            answer = page.get(f"{wrong}/s3/multipart/{made['uploadId']}", params={"key": made["key"]})
            assert (answer.status_code, answer.json()["code"]) == (403, "capability_refused")
