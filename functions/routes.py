"""Every route of the HTTP API, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Route:
    """One route of the HTTP API.

    Attributes:
        method: HTTP method; empty for the catch-all.
        path: Below the address of the API, parameters in braces; ``$default`` catches all else.
        function: Name of the function that answers.
        authorised: Whether the gateway wants a valid access token first.
    """

    method: str
    path: str
    function: str
    authorised: bool = False


ROUTES: tuple[Route, ...] = (
    Route("POST", "/v1/auth/register", "auth-api"),
    Route("POST", "/v1/auth/confirm", "auth-api"),
    Route("POST", "/v1/auth/login", "auth-api"),
    Route("POST", "/v1/auth/refresh", "auth-api"),
    Route("POST", "/v1/auth/logout", "auth-api", authorised=True),
    Route("GET", "/v1/auth/me", "auth-api", authorised=True),
    Route("POST", "/v1/images/upload", "uploads-api", authorised=True),
    Route("GET", "/v1/images/{id}/status", "uploads-api", authorised=True),
    Route("POST", "/v1/images/{id}/retry", "uploads-api", authorised=True),
    Route("POST", "/v1/uploads/{id}/parts", "uploads-api", authorised=True),
    Route("GET", "/v1/uploads/{id}", "uploads-api", authorised=True),
    Route("POST", "/v1/uploads/{id}/complete", "uploads-api", authorised=True),
    Route("DELETE", "/v1/uploads/{id}", "uploads-api", authorised=True),
    Route("GET", "/v1/contributor/uploads", "uploads-api", authorised=True),
    Route("POST", "/v1/upload-sessions", "uploads-api", authorised=True),
    Route("POST", "/v1/contributor/webhooks", "webhooks-api", authorised=True),
    Route("GET", "/v1/contributor/webhooks", "webhooks-api", authorised=True),
    Route("GET", "/v1/contributor/webhooks/{id}", "webhooks-api", authorised=True),
    Route("PATCH", "/v1/contributor/webhooks/{id}", "webhooks-api", authorised=True),
    Route("DELETE", "/v1/contributor/webhooks/{id}", "webhooks-api", authorised=True),
    Route("POST", "/v1/contributor/webhooks/{id}/secret", "webhooks-api", authorised=True),
    Route("POST", "/v1/contributor/webhooks/{id}/enable", "webhooks-api", authorised=True),
    Route("POST", "/v1/contributor/webhooks/{id}/test", "webhooks-api", authorised=True),
    Route("GET", "/v1/contributor/webhooks/{id}/deliveries", "webhooks-api", authorised=True),
    Route(
        "POST",
        "/v1/contributor/webhooks/{id}/deliveries/{delivery}/replay",
        "webhooks-api",
        authorised=True,
    ),
    Route("POST", "/v1/companion/{capability}/s3/multipart", "companion-api"),
    Route("GET", "/v1/companion/{capability}/s3/multipart/{id}", "companion-api"),
    Route("GET", "/v1/companion/{capability}/s3/multipart/{id}/{number}", "companion-api"),
    Route("GET", "/v1/companion/{capability}/s3/multipart/{id}/batch", "companion-api"),
    Route("POST", "/v1/companion/{capability}/s3/multipart/{id}/complete", "companion-api"),
    Route("DELETE", "/v1/companion/{capability}/s3/multipart/{id}", "companion-api"),
    Route("GET", "/v1/companion/{capability}/s3/params", "companion-api"),
    Route("GET", "/v1/contributor/images/{id}", "contributor-api", authorised=True),
    Route("PATCH", "/v1/contributor/images/{id}", "contributor-api", authorised=True),
    Route("DELETE", "/v1/contributor/images/{id}", "contributor-api", authorised=True),
    Route("POST", "/v1/contributor/images/{id}/appeal", "contributor-api", authorised=True),
    Route("GET", "/v1/admin/moderation/queue", "moderation-api", authorised=True),
    Route("GET", "/v1/admin/moderation/{id}", "moderation-api", authorised=True),
    Route("POST", "/v1/admin/moderation/{id}/approve", "moderation-api", authorised=True),
    Route("POST", "/v1/admin/moderation/{id}/reject", "moderation-api", authorised=True),
    Route("POST", "/v1/admin/moderation/{id}/takedown", "moderation-api", authorised=True),
    Route("POST", "/v1/admin/moderation/{id}/restore", "moderation-api", authorised=True),
    Route("GET", "/v1/admin/processing/failed", "moderation-api", authorised=True),
    Route("POST", "/v1/admin/processing/{id}/retry", "moderation-api", authorised=True),
    Route("GET", "/v1/search", "search-api"),
    Route("GET", "/v1/search/suggest", "search-api"),
    Route("POST", "/v1/search/by-image", "search-api"),
    Route("GET", "/v1/images/{id}", "search-api"),
    Route("GET", "/v1/images/{id}/similar", "search-api"),
    Route("GET", "/v1/images/{id}/preview", "search-api"),
    Route("POST", "/v1/admin/marks/detect", "marks-api", authorised=True),
    Route("GET", "/v1/openapi.json", "meta-api"),
    Route("GET", "/v1/health", "meta-api"),
    Route("", "$default", "meta-api"),
)
