from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError

from lumenstock import bootstrap
from lumenstock.adapters.aws.objects import S3Objects
from lumenstock.kernel.errors import NotFoundError
from tests.conftest import DERIVATIVES, ORIGINALS, Stores

KEY = "originals/ann/2026/01/02/a.jpg"


@pytest.fixture
def versions(stores: Stores) -> list[str]:
    """Two versions of one original, the older first."""
    return [
        stores.s3.put_object(Bucket=ORIGINALS, Key=KEY, Body=body)["VersionId"] for body in (b"old", b"newer")
    ]


def test_a_look_is_at_the_newest_version_or_at_the_one_that_is_named(versions: list[str]) -> None:
    old, new = versions
    newest, named = bootstrap.originals().head(KEY), bootstrap.originals().head(KEY, old)
    assert (newest.version_id, newest.size_bytes) == (new, 5)
    assert (named.version_id, named.size_bytes) == (old, 3)
    assert '"' not in newest.etag


def test_a_version_is_written_to_a_file(versions: list[str], tmp_path: Path) -> None:
    old, _ = versions
    bootstrap.originals().download(KEY, tmp_path / "newest")
    bootstrap.originals().download(KEY, tmp_path / "named", old)
    assert (tmp_path / "newest").read_bytes() == b"newer"
    assert (tmp_path / "named").read_bytes() == b"old"


def test_a_file_larger_than_a_chunk_comes_whole(stores: Stores, tmp_path: Path) -> None:
    body = bytes(range(256)) * 20_000  # 5 MB
    stores.s3.put_object(Bucket=ORIGINALS, Key=KEY, Body=body)
    bootstrap.originals().download(KEY, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == body


@pytest.mark.usefixtures("stores")
def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    originals = bootstrap.originals()
    with pytest.raises(NotFoundError):
        originals.head(KEY)
    with pytest.raises(NotFoundError):
        originals.read(KEY)
    with pytest.raises(NotFoundError):
        originals.download(KEY, tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_a_version_that_is_gone_is_not_found(stores: Stores, versions: list[str], tmp_path: Path) -> None:
    old, _ = versions
    stores.s3.delete_object(Bucket=ORIGINALS, Key=KEY, VersionId=old)
    with pytest.raises(NotFoundError):
        bootstrap.originals().head(KEY, old)
    with pytest.raises(NotFoundError):
        bootstrap.originals().download(KEY, tmp_path / "a", old)


def test_any_other_error_stays_what_it_is(stores: Stores) -> None:
    with pytest.raises(ClientError):
        S3Objects(stores.s3, "no-such-bucket").read(KEY)


def test_a_connection_that_breaks_off_is_a_fault_and_no_short_file(
    stores: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def iter_chunks(self, _: int) -> Iterator[bytes]:
            yield b"ol"
            raise ConnectionError

        def close(self) -> None:
            """There is nothing to close."""

    originals = bootstrap.originals()
    stores.s3.put_object(Bucket=ORIGINALS, Key=KEY, Body=b"old")
    answer = {"Body": Broken(), "ETag": '"e"', "ContentLength": 3}
    monkeypatch.setattr(originals._client, "get_object", lambda **_: answer)
    with pytest.raises(ConnectionError):
        originals.download(KEY, tmp_path / "a")


def test_a_derivative_may_be_kept_for_ever(stores: Stores) -> None:
    bootstrap.derivatives().put_derivative("m/1/300.webp", b"webp", "image/webp")
    head = stores.s3.head_object(Bucket=DERIVATIVES, Key="m/1/300.webp")
    assert (head["ContentType"], head["CacheControl"]) == (
        "image/webp",
        "public, max-age=31536000, immutable",
    )


@pytest.mark.usefixtures("stores")
def test_an_upload_url_signs_type_length_and_create_only() -> None:
    upload = bootstrap.originals().presign_put(KEY, "image/jpeg", 12_345, 3600)
    query = parse_qs(urlsplit(upload.url).query)
    signed = set(query["X-Amz-SignedHeaders"][0].split(";"))
    assert {"content-type", "content-length", "if-none-match", "host"} <= signed
    assert query["X-Amz-Expires"] == ["3600"]
    assert urlsplit(upload.url).path.endswith(KEY)
    assert upload.headers == {"Content-Type": "image/jpeg", "Content-Length": "12345", "If-None-Match": "*"}
    assert (upload.method, upload.expires_in_s) == ("PUT", 3600)
