"""Files in S3: originals (private, versioned) and derivatives (public through the CDN)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from botocore.exceptions import ClientError

from lumenstock.kernel.errors import ConflictError, NotFoundError, UnavailableError

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client

_IMMUTABLE = "public, max-age=31536000, immutable"
_CHUNK_BYTES = 1 << 20
_SHORTEST_PREFIX = 20  # a media key has 32 characters, an original's key more: nothing shorter is one image's
_TAKEN = frozenset({"ConditionalRequestConflict", "PreconditionFailed", "412"})
_MISSING = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound"})


class _Version(TypedDict, total=False):
    VersionId: str


class _Once(TypedDict, total=False):
    IfNoneMatch: str


def _version(version_id: str | None) -> _Version:
    return {"VersionId": version_id} if version_id else {}


@contextmanager
def _existing(key: str) -> Iterator[None]:
    """Say in our own words that there is no object."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in _MISSING:
            raise
        message = f"There is no object {key}."
        raise NotFoundError(message) from error


@dataclass(frozen=True, slots=True)
class ObjectHead:
    """What S3 says of one version of an object. ``etag`` is unquoted."""

    version_id: str | None
    etag: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class OpenedObject(ObjectHead):
    """The same of an object whose bytes are on their way."""

    body: StreamingBody

    def save(self, path: Path) -> None:
        """Write the bytes to a file; once. Decoders need a fraction of the memory on a path."""
        with path.open("wb") as file:
            for chunk in self.body.iter_chunks(_CHUNK_BYTES):
                file.write(chunk)


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


@dataclass(frozen=True, slots=True)
class PresignedForm:
    """One upload that its holder may make by a form; ``fields`` go before the file."""

    url: str
    fields: dict[str, str]
    expires_in_s: int


class S3Objects:
    """One bucket."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        """A view of ``bucket``."""
        self._client = client
        self.bucket = bucket

    def head(self, key: str, version_id: str | None = None) -> ObjectHead:
        """Look at one version; without ``version_id`` at the newest.

        Raises:
            NotFoundError: No such object.
        """
        with _existing(key):
            answer = self._client.head_object(Bucket=self.bucket, Key=key, **_version(version_id))
        return ObjectHead(
            version_id=answer.get("VersionId"),
            etag=answer["ETag"].strip('"'),
            size_bytes=answer["ContentLength"],
        )

    @contextmanager
    def opened(self, key: str, version_id: str | None = None) -> Iterator[OpenedObject]:
        """Begin to read one version, or the newest; what is not saved is not read.

        One plain GET, whose headers say what a HEAD would: boto3's ``download_file`` asks for the size first
        and starts threads, for twice the CPU and requests.

        Raises:
            NotFoundError: No such object.
        """
        with _existing(key):
            answer = self._client.get_object(Bucket=self.bucket, Key=key, **_version(version_id))
        with closing(answer["Body"]) as body:
            yield OpenedObject(
                version_id=answer.get("VersionId"),
                etag=answer["ETag"].strip('"'),
                size_bytes=answer["ContentLength"],
                body=body,
            )

    def download(self, key: str, path: Path, version_id: str | None = None) -> None:
        """Write one version to a file.

        Raises:
            NotFoundError: No such object.
        """
        with self.opened(key, version_id) as found:
            found.save(path)

    def exists(self, key: str) -> bool:
        """Whether there is an object at ``key``."""
        try:
            self.head(key)
        except NotFoundError:
            return False
        return True

    def head_bytes(self, key: str, count: int) -> bytes:
        """The first ``count`` bytes of the newest version.

        Raises:
            NotFoundError: No such object.
        """
        with _existing(key):
            answer = self._client.get_object(Bucket=self.bucket, Key=key, Range=f"bytes=0-{count - 1}")
        return answer["Body"].read()

    def read(self, key: str) -> bytes:
        """The bytes of the newest version.

        Raises:
            NotFoundError: No such object.
        """
        with _existing(key):
            return self._client.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def put_developed(self, key: str, path: Path) -> None:
        """Write a picture that was made of camera raw. The same key always gets the same one."""
        with path.open("rb") as body:
            self._client.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType="image/jpeg")

    def put_manifest(self, key: str, path: Path) -> str:
        """Write a list for S3 Batch Operations, which takes none that is encrypted with a key of ours.

        Returns:
            Its ETag, unquoted.
        """
        with path.open("rb") as body:
            answer = self._client.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=body,
                ContentType="text/csv",
                ServerSideEncryption="AES256",
            )
        return answer["ETag"].strip('"')

    def put_shared(self, key: str, body: bytes, *, first: bool = False) -> None:
        """Write a file for functions and jobs, which need no key of ours to read it.

        Raises:
            ConflictError: There is one, and it was to be the ``first``.
        """
        once: _Once = {"IfNoneMatch": "*"} if first else {}
        try:
            self._client.put_object(
                Bucket=self.bucket, Key=key, Body=body, ServerSideEncryption="AES256", **once
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in _TAKEN:
                raise
            message = f"There is another {key} already."
            raise ConflictError(message) from error

    def put_list(self, key: str, body: bytes) -> None:
        """Write a list of ids for a job, which has no key of ours."""
        self._client.put_object(
            Bucket=self.bucket, Key=key, Body=body, ContentType="text/csv", ServerSideEncryption="AES256"
        )

    def put_derivative(self, key: str, body: bytes, content_type: str) -> None:
        """Write a public, immutable file. The same key always gets the same picture, so twice is once."""
        self._client.put_object(
            Bucket=self.bucket, Key=key, Body=body, ContentType=content_type, CacheControl=_IMMUTABLE
        )

    def delete(self, key: str) -> None:
        """Remove an object; one that is not there is no fault."""
        self._client.delete_object(Bucket=self.bucket, Key=key)

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys of all objects below ``prefix``."""
        pages = self._client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket, Prefix=prefix):
            yield from (entry["Key"] for entry in page.get("Contents", []))

    def presign_form(
        self, key: str, content_type: str, size_bytes: tuple[int, int], expires_in_s: int
    ) -> PresignedForm:
        """Sign a form that uploads one file of this type, of a length within ``size_bytes``, to this key."""
        fields = {"Content-Type": content_type, "success_action_status": "201"}
        conditions = [
            *({name: value} for name, value in fields.items()),
            ["content-length-range", *size_bytes],
        ]
        signed = self._client.generate_presigned_post(
            Bucket=self.bucket, Key=key, Fields=fields, Conditions=conditions, ExpiresIn=expires_in_s
        )
        return PresignedForm(url=signed["url"], fields=signed["fields"], expires_in_s=expires_in_s)

    def remove_below(self, prefix: str) -> int:
        """Delete every version of every object whose key begins with ``prefix``; how many there were.

        Raises:
            ValueError: ``prefix`` is too short to be of one image.
            UnavailableError: S3 kept some of them; doing it again is safe.
        """
        if len(prefix) < _SHORTEST_PREFIX:
            message = f"{prefix!r} is not the prefix of one image."
            raise ValueError(message)
        removed = 0
        for page in self._client.get_paginator("list_object_versions").paginate(
            Bucket=self.bucket, Prefix=prefix
        ):
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            if not found:
                continue
            answer = self._client.delete_objects(
                Bucket=self.bucket,
                Delete={
                    "Objects": [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found],
                    "Quiet": True,
                },
            )
            if errors := answer.get("Errors"):
                message = f"{len(errors)} of {len(found)} objects were not deleted: {errors[0].get('Code')}."
                raise UnavailableError(message)
            removed += len(found)
        return removed

    def presign_get(self, key: str, expires_in_s: int) -> str:
        """An address at which the object can be read by whoever has it, for so long."""
        return self._client.generate_presigned_url(
            "get_object", Params={"Bucket": self.bucket, "Key": key}, ExpiresIn=expires_in_s
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
