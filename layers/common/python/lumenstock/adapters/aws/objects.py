"""Files in S3: originals (private, versioned) and derivatives (public through the CDN)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lumenstock.kernel.errors import NotFoundError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_IMMUTABLE = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class ObjectHead:
    """What S3 says of one version of an object. ``etag`` is unquoted."""

    version_id: str | None
    etag: str
    size_bytes: int
    content_type: str


@dataclass(frozen=True, slots=True)
class PresignedPut:
    """One upload that its holder may make.

    Attributes:
        headers: Must be sent exactly; they are signed.
        expires_in_s: Life of the URL in seconds.
    """

    url: str
    method: str
    headers: dict[str, str]
    expires_in_s: int


class S3Objects:
    """One bucket."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        """A view of ``bucket``."""
        self._client = client
        self.bucket = bucket

    def head(self, key: str) -> ObjectHead:
        """Look at the newest version.

        Raises:
            NotFoundError: No such object.
        """
        try:
            answer = self._client.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
                message = f"There is no object {key}."
                raise NotFoundError(message) from error
            raise
        return ObjectHead(
            version_id=answer.get("VersionId"),
            etag=answer["ETag"].strip('"'),
            size_bytes=answer["ContentLength"],
            content_type=answer["ContentType"],
        )

    def download(self, key: str, path: Path, version_id: str | None = None) -> None:
        """Write one version to a file: decoders need a fraction of the memory on a path."""
        self._client.download_file(
            self.bucket, key, str(path), ExtraArgs={"VersionId": version_id} if version_id else None
        )

    def read(self, key: str) -> bytes:
        """The bytes of the newest version.

        Raises:
            NotFoundError: No such object.
        """
        try:
            return self._client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in {"404", "NoSuchKey"}:
                message = f"There is no object {key}."
                raise NotFoundError(message) from error
            raise

    def put_derivative(self, key: str, body: bytes, content_type: str) -> None:
        """Write a public, immutable file. The same key always gets the same picture, so twice is once."""
        self._client.put_object(
            Bucket=self.bucket, Key=key, Body=body, ContentType=content_type, CacheControl=_IMMUTABLE
        )

    def presign_put(self, key: str, content_type: str, size_bytes: int, expires_in_s: int) -> PresignedPut:
        """Sign one create-only upload of exactly this type and length to exactly this key."""
        url = self._client.generate_presigned_url(
            "put_object",
            Params={
                "Bucket": self.bucket,
                "Key": key,
                "ContentType": content_type,
                "ContentLength": size_bytes,
                "IfNoneMatch": "*",
            },
            ExpiresIn=expires_in_s,
            HttpMethod="PUT",
        )
        headers = {"Content-Type": content_type, "Content-Length": str(size_bytes), "If-None-Match": "*"}
        return PresignedPut(url=url, method="PUT", headers=headers, expires_in_s=expires_in_s)
