"""S3 clients with the credentials of an upload session: they can put files below its prefix, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from lumenstock.ingest.direct import direct_image_id
from tests.e2e.forward_proxy import forward_proxy
from tests.e2e.journey import expect, new_panorama, new_picture, settled, wait_for
from tests.e2e.stage import Person, Stage

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


_STANDARD = Config(retries={"mode": "standard"})
_SLOW_BYTES_PER_S = 4_000_000  # of each part


@dataclass(frozen=True)
class Session:
    """An upload session's credentials in a client's hands."""

    s3: S3Client
    bucket: str
    prefix: str

    def image_id(self, key: str) -> str:
        """The picture that the file at ``key`` becomes."""
        return direct_image_id(self.prefix.split("/")[-2], key)  # type: ignore[arg-type]  # an UploadId


def session_of(cloud: Stage, person: Person, line: Config = _STANDARD) -> Session:
    """A session; ``line`` says how its client reaches S3."""
    answer = expect(person.api.post("/v1/upload-sessions", json={"credentials": True}))
    keys = answer["credentials"]
    s3 = boto3.client(
        "s3",
        endpoint_url=cloud.home.engine_url if cloud.home else None,
        region_name=keys["region"],
        aws_access_key_id=keys["accessKeyId"],
        aws_secret_access_key=keys["secretAccessKey"],
        aws_session_token=keys["sessionToken"],
        config=line,
    )
    return Session(s3, keys["bucket"], keys["prefix"])


def stored_digest(cloud: Stage, key: str) -> str:
    body = cloud.operator.s3.get_object(Bucket=cloud.outputs["OriginalsBucket"], Key=key)["Body"]
    return hashlib.sha256(body.read()).hexdigest()


def processed(person: Person, image_id: str) -> str:
    """How a file ended that nobody announced: its image comes with it."""
    wait_for(
        lambda: person.api.get(f"/v1/images/{image_id}/status").status_code, lambda code: code == 200, 30
    )
    return str(settled(person, image_id)["status"])


@pytest.mark.parametrize(("name", "make"), [("a.jpg", new_picture), ("panorama.png", new_panorama)])
def test_a_transfer_manager_uploads_a_file_that_is_then_processed(
    cloud: Stage, contributor: Person, tmp_path: Path, name: str, make: Callable[[], bytes]
) -> None:
    """The larger one goes in parts, which boto3 decides by itself."""
    session = session_of(cloud, contributor)
    data = make()
    (tmp_path / name).write_bytes(data)
    key = session.prefix + name
    session.s3.upload_file(str(tmp_path / name), session.bucket, key)
    assert stored_digest(cloud, key) == hashlib.sha256(data).hexdigest()
    assert processed(contributor, session.image_id(key)) == "approved"


def test_a_transfer_manager_goes_on_after_the_network_was_cut(
    cloud: Stage, contributor: Person, tmp_path: Path
) -> None:
    file = tmp_path / "panorama.png"
    file.write_bytes(new_panorama())
    with forward_proxy() as line, ThreadPoolExecutor() as pool:
        line.bytes_per_s = _SLOW_BYTES_PER_S
        by_way_of_it = Config(
            proxies={"http": line.url}, retries={"mode": "standard", "total_max_attempts": 10}
        )
        session = session_of(cloud, contributor, by_way_of_it)
        key = f"{session.prefix}{file.name}"
        sending = pool.submit(session.s3.upload_file, str(file), session.bucket, key)
        wait_for(
            lambda: line.received_bytes, lambda count: count > file.stat().st_size // 2, 30, every_s=0.01
        )
        line.is_cut = True
        wait_for(lambda: line.cut_off, lambda count: count > 0, 30, every_s=0.01)
        line.is_cut, line.bytes_per_s = False, None
        sending.result()
        sent = line.parts()
    assert stored_digest(cloud, key) == hashlib.sha256(file.read_bytes()).hexdigest()
    assert sorted(sent) == [1, 2, 3]
    assert processed(contributor, session.image_id(key)) == "approved"


def test_an_upload_in_parts_is_resumed_by_what_s3_lists(cloud: Stage, contributor: Person) -> None:
    session = session_of(cloud, contributor)
    key, data = f"{session.prefix}resumed.png", new_panorama()
    place: dict[str, Any] = {"Bucket": session.bucket, "Key": key}
    place["UploadId"] = session.s3.create_multipart_upload(**place)["UploadId"]
    parts = [data[start : start + (8 << 20)] for start in range(0, len(data), 8 << 20)]
    session.s3.upload_part(**place, PartNumber=2, Body=parts[1])
    held = {part["PartNumber"] for part in session.s3.list_parts(**place)["Parts"]}
    assert held == {2}
    for number, part in enumerate(parts, 1):
        if number not in held:
            session.s3.upload_part(**place, PartNumber=number, Body=part)
    listed = session.s3.list_parts(**place)["Parts"]
    place["MultipartUpload"] = {
        "Parts": [{name: part[name] for name in ("PartNumber", "ETag")} for part in listed]
    }
    session.s3.complete_multipart_upload(**place)
    assert stored_digest(cloud, key) == hashlib.sha256(data).hexdigest()


Attempt = Callable[[Session], Any]
_OUTSIDE: dict[str, Attempt] = {
    "put beside the prefix": lambda own: own.s3.put_object(
        Bucket=own.bucket, Key=own.prefix.rstrip("/") + "x/a.jpg", Body=b"x"
    ),
    "put above the prefix": lambda own: own.s3.put_object(
        Bucket=own.bucket, Key=own.prefix.rsplit("/", 2)[0] + "/a.jpg", Body=b"x"
    ),
    "parts beside the prefix": lambda own: own.s3.create_multipart_upload(
        Bucket=own.bucket, Key="originals/somebody/2026/01/01/a.jpg"
    ),
    "read its own": lambda own: own.s3.get_object(Bucket=own.bucket, Key=f"{own.prefix}own.jpg"),
    "delete its own": lambda own: own.s3.delete_object(Bucket=own.bucket, Key=f"{own.prefix}own.jpg"),
    "tag its own": lambda own: own.s3.put_object_tagging(
        Bucket=own.bucket, Key=f"{own.prefix}own.jpg", Tagging={"TagSet": []}
    ),
    "list the bucket": lambda own: own.s3.list_objects_v2(Bucket=own.bucket, Prefix=own.prefix),
    "list uploads": lambda own: own.s3.list_multipart_uploads(Bucket=own.bucket),
}


@pytest.fixture(scope="module")
def session(cloud: Stage) -> Session:
    """A session that has put one file."""
    person = cloud.sign_up("contributor")
    own = session_of(cloud, person)
    own.s3.put_object(Bucket=own.bucket, Key=f"{own.prefix}own.jpg", Body=new_picture())
    person.api.close()
    return own


@pytest.mark.parametrize("attempt", _OUTSIDE.values(), ids=_OUTSIDE.keys())
def test_the_credentials_allow_nothing_else(session: Session, attempt: Attempt) -> None:
    with pytest.raises(ClientError) as refused:
        attempt(session)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_the_credentials_do_not_open_the_derivatives(cloud: Stage, session: Session) -> None:
    with pytest.raises(ClientError) as refused:
        session.s3.put_object(Bucket=cloud.outputs["DerivativesBucket"], Key="a.webp", Body=b"x")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_buyer_gets_no_session(buyer: Person) -> None:
    answer = buyer.api.post("/v1/upload-sessions", json={"credentials": True})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_session_without_the_wish_has_no_credentials(contributor: Person) -> None:
    assert expect(contributor.api.post("/v1/upload-sessions", json={}))["credentials"] is None
