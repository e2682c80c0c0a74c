"""Uppy 5 and 6, unmodified, with the page that docs/uploads.md shows: what is stored, and after which mishaps."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError

from tests.e2e.browser.line import Line
from tests.e2e.browser.uploader import Uploader
from tests.e2e.journey import settled
from tests.e2e.stage import Person, Stage

pytestmark = pytest.mark.browser

# A part of 5 MiB takes 1.3 s; once one is there the next takes 10 s, so that what happens next happens within it.
_SLOW_BYTES_PER_S = 4_000_000
_CRAWLING_BYTES_PER_S = 500_000
_OTHER_CHUNK_BYTES = 6 * 1024 * 1024
# Golden Retriever writes what it must remember twice a second.
_REMEMBERED_MS = 700


def stored_digest(cloud: Stage, key: str) -> str:
    """Digest of what S3 holds."""
    body = cloud.operator.s3.get_object(Bucket=cloud.outputs["OriginalsBucket"], Key=key)["Body"]
    return hashlib.file_digest(body, "sha256").hexdigest()  # type: ignore[arg-type]  # it reads like a file


def digest(picture: Path) -> str:
    with picture.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unfinished(cloud: Stage, key: str) -> list[str]:
    """Multipart uploads to ``key`` that are still open."""
    bucket = cloud.outputs["OriginalsBucket"]
    listed = cloud.operator.s3.list_multipart_uploads(Bucket=bucket, Prefix=key).get("Uploads", [])
    return [upload["UploadId"] for upload in listed]


def is_sent_once(uploader: Uploader) -> bool:
    """Whether S3 took no part twice."""
    return len(uploader.parts_taken) == len(set(uploader.parts_taken))


@pytest.mark.parametrize("multipart", [True, False], ids=["in parts", "in one request"])
def test_a_file_is_stored_as_it_is_and_processed(
    cloud: Stage, contributor: Person, uploader: Uploader, endpoint: str, picture: Path, *, multipart: bool
) -> None:
    uploader.start(endpoint, multipart=multipart)
    uploader.choose(picture)
    uploader.press("Upload 1 file")
    key = uploader.outcome()["key"]
    assert stored_digest(cloud, key) == digest(picture)
    assert unfinished(cloud, key) == []
    assert settled(contributor, Path(key).stem)["status"] in {"approved", "pending_review"}


def begin_slowly(uploader: Uploader, wire: Line, endpoint: str, picture: Path) -> None:
    """Start an upload that is on its way when this returns: one part is there, and more are to come."""
    uploader.start(endpoint)
    uploader.choose(picture)
    wire.bytes_per_s = _SLOW_BYTES_PER_S
    uploader.press("Upload 1 file")
    uploader.wait_for_parts(1)
    wire.bytes_per_s = _CRAWLING_BYTES_PER_S


def test_an_upload_goes_on_after_the_network_was_cut(
    cloud: Stage, uploader: Uploader, wire: Line, endpoint: str, picture: Path
) -> None:
    begin_slowly(uploader, wire, endpoint, picture)
    uploader.cut()
    uploader.reconnect()
    uploader.retry_if_asked()
    key = uploader.outcome()["key"]
    assert stored_digest(cloud, key) == digest(picture)
    assert is_sent_once(uploader)
    assert unfinished(cloud, key) == []


def test_an_upload_goes_on_after_the_page_was_reloaded(
    cloud: Stage, uploader: Uploader, wire: Line, endpoint: str, picture: Path
) -> None:
    begin_slowly(uploader, wire, endpoint, picture)
    uploader.tab.wait_for_timeout(_REMEMBERED_MS)
    uploader.reload()
    wire.mend()
    uploader.start(endpoint)
    uploader.resume_what_was_restored()
    key = uploader.outcome()["key"]
    assert stored_digest(cloud, key) == digest(picture)
    assert is_sent_once(uploader)
    assert unfinished(cloud, key) == []


def test_a_resume_with_another_chunk_size_is_refused_with_the_cause(
    cloud: Stage, uploader: Uploader, wire: Line, endpoint: str, picture: Path
) -> None:
    """Left alone, Uppy would join old and new parts and call a damaged file a success."""
    begin_slowly(uploader, wire, endpoint, picture)
    uploader.tab.wait_for_timeout(_REMEMBERED_MS)
    uploader.reload()
    wire.mend()
    uploader.start(endpoint, chunk_bytes=_OTHER_CHUNK_BYTES)
    uploader.resume_what_was_restored()
    uploader.failure()
    refusal = uploader.refusals()[0]
    assert "/complete?" in refusal.url
    assert (refusal.status, refusal.problem["code"]) == (422, "chunk_size_changed")
    assert "another chunk size" in refusal.problem["detail"]
    (key,) = parse_qs(urlsplit(refusal.url).query)["key"]
    with pytest.raises(ClientError, match="404"):
        cloud.operator.s3.head_object(Bucket=cloud.outputs["OriginalsBucket"], Key=key)
