"""Multipart uploads in S3: unfinished parts, and signatures for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lumenstock.adapters.aws.objects import PresignedPut
from lumenstock.ingest.parts import Part
from lumenstock.kernel.errors import NotFoundError, VersionConflictError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

_GONE = frozenset({"NoSuchUpload", "PreconditionFailed"})  # the second: its object is there
_CHANGED = frozenset({"ConditionalRequestConflict", "InvalidPart", "InvalidPartOrder"})


@contextmanager
def _translated(key: str) -> Iterator[None]:
    """S3's refusals in our own words."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _GONE:
            message = f"There is no unfinished upload for {key}."
            raise NotFoundError(message) from error
        if code in _CHANGED:
            message = "A part of this upload changed while it was put together. Complete it again."
            raise VersionConflictError(message) from error
        raise


class S3Multipart:
    """Implements :class:`lumenstock.ingest.uploads.PartStorage` in one bucket."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        """A view of ``bucket``."""
        self._client = client
        self.bucket = bucket

    def create(self, key: str, content_type: str) -> str:
        """See the protocol."""
        answer = self._client.create_multipart_upload(Bucket=self.bucket, Key=key, ContentType=content_type)
        return answer["UploadId"]

    def sign_part(
        self, key: str, storage_id: str, number: int, size_bytes: int | None, expires_in_s: int
    ) -> PresignedPut:
        """Sign one PUT of part ``number``, of exactly ``size_bytes`` where we know them.

        Several parts are signed for one request, so this stays a computation: no call is made.
        """
        length = {} if size_bytes is None else {"ContentLength": size_bytes}
        url = self._client.generate_presigned_url(
            "upload_part",
            Params={
                "Bucket": self.bucket,
                "Key": key,
                "UploadId": storage_id,
                "PartNumber": number,
                **length,
            },
            ExpiresIn=expires_in_s,
            HttpMethod="PUT",
        )
        headers = {} if size_bytes is None else {"Content-Length": str(size_bytes)}
        return PresignedPut(url=url, method="PUT", headers=headers, expires_in_s=expires_in_s)

    def parts(self, key: str, storage_id: str) -> tuple[Part, ...]:
        """See the protocol."""
        pages = self._client.get_paginator("list_parts")
        with _translated(key):
            found = [
                Part(part["PartNumber"], part["Size"], part["ETag"].strip('"'))
                for page in pages.paginate(Bucket=self.bucket, Key=key, UploadId=storage_id)
                for part in page.get("Parts", [])
            ]
        return tuple(sorted(found, key=lambda part: part.number))

    def complete(self, key: str, storage_id: str, parts: Sequence[Part]) -> None:
        """See the protocol. It creates; it never overwrites."""
        listed: list[CompletedPartTypeDef] = [
            {"PartNumber": part.number, "ETag": f'"{part.etag}"'} for part in parts
        ]
        with _translated(key):
            self._client.complete_multipart_upload(
                Bucket=self.bucket,
                Key=key,
                UploadId=storage_id,
                MultipartUpload={"Parts": listed},
                IfNoneMatch="*",
            )

    def abort(self, key: str, storage_id: str) -> None:
        """See the protocol."""
        try:
            self._client.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=storage_id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchUpload":
                raise

    def abort_all(self, prefix: str) -> int:
        """See the protocol."""
        pages = self._client.get_paginator("list_multipart_uploads")
        unfinished = [
            (upload["Key"], upload["UploadId"])
            for page in pages.paginate(Bucket=self.bucket, Prefix=prefix)
            for upload in page.get("Uploads", [])
        ]
        for key, storage_id in unfinished:
            self.abort(key, storage_id)
        return len(unfinished)
