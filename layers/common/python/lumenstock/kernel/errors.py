"""The tree of errors. Raise the narrowest; the HTTP and task runtimes translate by class, never by text.

LumenstockError
├── ClientError                     the caller must change something
│   ├── BadRequestError             400  malformed: not JSON, a bad cursor
│   ├── NotAuthenticatedError       401
│   ├── ForbiddenError              403
│   │   ├── CapabilityExpiredError       the upload session is over
│   │   └── CapabilityRefusedError       no address that we gave out
│   ├── NotFoundError               404
│   ├── MethodNotAllowedError       405
│   ├── ConflictError               409
│   │   ├── IllegalTransitionError       the image's state does not allow it
│   │   ├── AlreadyDecidedError          another moderator was first
│   │   ├── DuplicateImageError          the same file is in the catalogue as another image
│   │   ├── ProfileMissingError          the account never signed in here
│   │   ├── AlreadyUploadedError         the contributor has a living image of these bytes
│   │   ├── SessionFullError             the upload session had as many files as it may
│   │   ├── TooManyOpenUploadsError      finish or abort one first
│   │   ├── UploadEndedError             the upload was completed, aborted, or its time is over
│   │   ├── VersionConflictError         somebody else wrote first; retryable
│   │   └── RequestInProgressError       the same Idempotency-Key is being worked on
│   ├── PreconditionFailedError     412
│   ├── PayloadTooLargeError        413
│   ├── UnsupportedMediaTypeError   415
│   ├── InvalidInputError           422  well-formed, but a field is wrong
│   │   ├── ChunkSizeChangedError        an upload was resumed with parts of another size
│   │   ├── ContentRefusedError          what arrived is not what was announced
│   │   ├── IdempotencyKeyReusedError    the same key with another body
│   │   └── UploadIncompleteError        parts are missing, or not as planned
│   ├── PreconditionRequiredError   428  say which version you saw
│   └── TooManyRequestsError        429  retryable
└── ServiceError                    we could not do it
├── UnavailableError            503  retryable
│   └── SearchUnavailableError
└── ConfigurationError          500  a setting is missing or wrong
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong with one field.

    Attributes:
        pointer: JSON pointer (RFC 6901) or parameter name, such as ``/title``.
        code: Stable machine code, such as ``string_too_long``.
        detail: A sentence for a person.
    """

    pointer: str
    code: str
    detail: str


class LumenstockError(Exception):
    """Base of every error that we raise on purpose."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Internal error"
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        detail: str = "",
        *,
        errors: tuple[FieldError, ...] = (),
        members: Mapping[str, object] | None = None,
    ) -> None:
        """Keep what the caller is told.

        Args:
            detail: A sentence for a person.
            errors: What is wrong with single fields.
            members: More that a program can use, as extension members of the problem (RFC 9457, 3.2); JSON
                values by names in camelCase.
        """
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = errors
        self.members = members or {}


class ClientError(LumenstockError):
    """The caller must change something."""

    status = 400


class BadRequestError(ClientError):
    """The request is malformed."""

    code, title = "bad_request", "Bad request"


class NotAuthenticatedError(ClientError):
    """No valid credentials."""

    status, code, title = 401, "not_authenticated", "Not authenticated"


class ForbiddenError(ClientError):
    """Valid credentials that do not allow this."""

    status, code, title = 403, "forbidden", "Forbidden"


class CapabilityRefusedError(ForbiddenError):
    """The address holds no capability that we gave out."""

    code, title = "capability_refused", "Capability refused"


class CapabilityExpiredError(ForbiddenError):
    """The upload session is over; start a new one."""

    code, title = "capability_expired", "Capability expired"


class NotFoundError(ClientError):
    """There is no such thing, or the caller may not know of it."""

    status, code, title = 404, "not_found", "Not found"


class MethodNotAllowedError(ClientError):
    """The path exists, the method does not."""

    status, code, title = 405, "method_not_allowed", "Method not allowed"

    def __init__(self, detail: str = "", *, allowed: tuple[str, ...] = ()) -> None:
        """Keep the methods that are ``allowed`` at this path."""
        super().__init__(detail)
        self.allowed = allowed


class ConflictError(ClientError):
    """The state of the resource does not allow this."""

    status, code, title = 409, "conflict", "Conflict"


class IllegalTransitionError(ConflictError):
    """The image's state does not allow this step; `imageStatus` is that state."""

    code = "illegal_transition"

    def __init__(self, detail: str, current: str) -> None:
        """Keep the ``current`` status."""
        super().__init__(detail, members={"imageStatus": current})


class AlreadyDecidedError(ConflictError):
    """Somebody else decided first; `decision` says who and how, `imageStatus` where the image stands."""

    code, title = "already_decided", "Already decided"


class DuplicateImageError(ConflictError):
    """While this image was refused or removed, the same file came into the catalogue as another one."""

    code, title = "duplicate_image", "Duplicate image"


class ProfileMissingError(ConflictError):
    """The account has no profile yet: `GET /v1/auth/me` makes it."""

    code, title = "profile_missing", "Profile missing"


class AlreadyUploadedError(ConflictError):
    """The contributor has a living image of exactly these bytes; `imageId` names it."""

    code, title = "already_uploaded", "Already uploaded"

    def __init__(self, image_id: str) -> None:
        """Name the image."""
        super().__init__(
            f"You uploaded exactly this file before: it is your image {image_id}.",
            members={"imageId": image_id},
        )


class SessionFullError(ConflictError):
    """The upload session had as many files as it may; start a new one."""

    code, title = "session_full", "Upload session full"


class TooManyOpenUploadsError(ConflictError):
    """The account has as many open uploads as it may; complete or abort one."""

    code, title = "too_many_open_uploads", "Too many open uploads"


class UploadEndedError(ConflictError):
    """The upload was completed or aborted, or its time is over."""

    code, title = "upload_ended", "Upload ended"


class VersionConflictError(ConflictError):
    """Somebody else wrote first; read again and retry."""

    code, retryable = "version_conflict", True


class RequestInProgressError(ConflictError):
    """A request with the same Idempotency-Key is being worked on."""

    code, retryable = "request_in_progress", True


class PreconditionFailedError(ClientError):
    """If-Match names another version."""

    status, code, title = 412, "precondition_failed", "Precondition failed"


class PayloadTooLargeError(ClientError):
    """The body is larger than allowed."""

    status, code, title = 413, "payload_too_large", "Payload too large"


class UnsupportedMediaTypeError(ClientError):
    """The body's type is not accepted here."""

    status, code, title = 415, "unsupported_media_type", "Unsupported media type"


class InvalidInputError(ClientError):
    """Well-formed, but at least one field is wrong."""

    status, code, title = 422, "validation_failed", "Validation failed"


class ChunkSizeChangedError(InvalidInputError):
    """The upload was resumed with parts of another size, so pieces of the file are missing."""

    code, title = "chunk_size_changed", "Chunk size changed"


class ContentRefusedError(InvalidInputError):
    """What arrived is not the kind of file that was announced."""

    code, title = "content_refused", "Content refused"


class UploadIncompleteError(InvalidInputError):
    """Parts are missing, or are not of the length that was planned."""

    code, title = "upload_incomplete", "Upload incomplete"


class IdempotencyKeyReusedError(InvalidInputError):
    """The same Idempotency-Key came with another body."""

    code, title = "idempotency_key_reused", "Idempotency-Key reused"


class PreconditionRequiredError(ClientError):
    """If-Match is missing: say which version you saw, so that nobody's change is lost."""

    status, code, title = 428, "precondition_required", "Precondition required"


class TooManyRequestsError(ClientError):
    """A rate limit; see Retry-After."""

    status, code, title, retryable = 429, "too_many_requests", "Too many requests", True


class ServiceError(LumenstockError):
    """We could not do it; the caller did nothing wrong."""


class UnavailableError(ServiceError):
    """A part that is needed does not answer; try again."""

    status, code, title, retryable = 503, "unavailable", "Unavailable", True


class SearchUnavailableError(UnavailableError):
    """No search engine answers in this deployment."""

    code, title = "search_unavailable", "Search unavailable"


class ConfigurationError(ServiceError):
    """A setting is missing or wrong."""

    code, title = "configuration", "Configuration error"
