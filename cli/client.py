"""The public API as Python calls: one method an operation, typed answers, typed errors."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Self, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from cli.credentials import Account
from cli.problem import UnexpectedAnswerError
from cli.responses import (
    Finds,
    ImageStatus,
    MarkFound,
    Me,
    Page,
    PartTicket,
    PartTickets,
    Plan,
    Started,
    Ticket,
    Tokens,
    UploadState,
)
from cli.transport import Transport
from lumenstock.kernel.clock import Clock, SystemClock
from lumenstock.kernel.errors import NotAuthenticatedError

# A token that ends sooner is renewed first, so that it cannot end on the way.
_MARGIN = timedelta(seconds=30)

_Answer = TypeVar("_Answer", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """What the API wants to know of a file before it comes."""

    filename: str
    content_type: str
    size_bytes: int
    title: str
    description: str = ""
    tags: Sequence[str] = ()
    categories: Sequence[str] = ()
    sha256: bytes = b""
    allow_near_duplicate: bool = False

    def to_json(self) -> dict[str, object]:
        """The body of ``POST /v1/images/upload``; optional fields only where they say something."""
        body: dict[str, object] = {
            "filename": self.filename,
            "contentType": self.content_type,
            "sizeBytes": self.size_bytes,
            "title": self.title,
            "multipart": "auto",
        }
        optional = {
            "description": self.description,
            "tags": list(self.tags),
            "categories": list(self.categories),
            "sha256": self.sha256.hex(),
            "allowNearDuplicate": self.allow_near_duplicate,
        }
        return body | {name: value for name, value in optional.items() if value}


class Client:
    """The API at one address, for one account or none. Safe to share between threads."""

    def __init__(
        self,
        transport: Transport,
        *,
        account: Account | None = None,
        on_renewed: Callable[[Account], None] = lambda _: None,
        clock: Clock | None = None,
    ) -> None:
        """Speak over ``transport`` as ``account``; ``on_renewed`` is told of each new access token."""
        self._transport = transport
        self._account = account
        self._on_renewed = on_renewed
        self._clock = clock or SystemClock()
        self._renewing = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.close()

    def register(self, *, email: str, password: str, display_name: str, role: str) -> None:
        """Ask for an account; a code goes to ``email``."""
        body = {"email": email, "password": password, "displayName": display_name, "role": role}
        self._transport.request("POST", "/v1/auth/register", json=body, once=True)

    def confirm(self, *, email: str, code: str) -> None:
        """Prove that ``email`` is read by the account's owner. A code is good once."""
        self._transport.request("POST", "/v1/auth/confirm", json={"email": email, "code": code}, once=True)

    def login(self, *, email: str, password: str) -> Account:
        """Sign in; later calls of this client go out as that account."""
        answer = self._transport.request(
            "POST", "/v1/auth/login", json={"email": email, "password": password}
        )
        tokens = _parse(Tokens, answer)
        return self._keep(email, tokens, tokens.refresh_token or "")

    def logout(self) -> None:
        """End this session; others of the account go on."""
        held = {"refreshToken": self._account.refresh_token} if self._account else None
        self._signed("POST", "/v1/auth/logout", json=held)

    def me(self) -> Me:
        """The account that is signed in."""
        return _parse(Me, self._signed("GET", "/v1/auth/me"))

    def create_upload(self, request: UploadRequest, *, idempotency_key: str) -> Ticket | Plan:
        """Announce a file; the same key gives the same answer. A large one is to be sent in parts.

        Raises:
            AlreadyUploadedError: The account has a picture with this content.
        """
        headers = {"idempotency-key": idempotency_key}
        answer = self._signed("POST", "/v1/images/upload", json=request.to_json(), headers=headers)
        return _parse(Started, answer).root

    def part_urls(self, upload_id: str, numbers: Sequence[int]) -> dict[int, PartTicket]:
        """Where to send parts, at most 100 at a time."""
        body = {"numbers": list(numbers)}
        return _parse(PartTickets, self._signed("POST", f"/v1/uploads/{upload_id}/parts", json=body)).urls

    def upload_state(self, upload_id: str) -> UploadState:
        """Where an upload in parts stands, and which parts the store has."""
        return _parse(UploadState, self._signed("GET", f"/v1/uploads/{upload_id}"))

    def complete_upload(self, upload_id: str) -> None:
        """Make one file of the parts; doing it twice is doing it once."""
        self._signed("POST", f"/v1/uploads/{upload_id}/complete", json={})

    def retry_processing(self, image_id: str, *, idempotency_key: str) -> None:
        """Process a picture again that failed; its file is there."""
        headers = {"idempotency-key": idempotency_key}
        self._signed("POST", f"/v1/images/{image_id}/retry", headers=headers)

    def allow_near_duplicate(self, image_id: str, version: int) -> None:
        """Say of a picture as it stands at ``version`` that it is meant to be beside its like.

        Raises:
            PreconditionFailedError: It has another version by now.
        """
        headers = {"if-match": f'"{version}"'}
        body = {"allowNearDuplicate": True}
        self._signed("PATCH", f"/v1/contributor/images/{image_id}", json=body, headers=headers)

    def status(
        self, image_id: str, etag: str | None = None, *, wait_s: int = 0
    ) -> tuple[ImageStatus | None, str | None]:
        """Where an own image stands, and the ETag of that; None when it still is as ``etag`` says.

        ``wait_s``: with ``etag``, let the server answer as soon as there is news, after so many seconds at
        the latest. One that does not wait answers at once; so may any.
        """
        path = f"/v1/images/{image_id}/status"
        if etag is None:
            answer = self._signed("GET", path)
        else:
            params = {"wait": wait_s} if wait_s else None
            answer = self._signed("GET", path, headers={"if-none-match": etag}, params=params)
        unchanged = answer.status_code == httpx.codes.NOT_MODIFIED
        return (None if unchanged else _parse(ImageStatus, answer)), answer.headers.get("etag")

    def search(self, params: Mapping[str, str | int]) -> Page:
        """One page of results; ``params`` as in ``GET /v1/search``."""
        return _parse(Page, self._transport.request("GET", "/v1/search", params=params))

    def similar(self, image_id: str, *, page_size: int = 20) -> Finds:
        """Pictures that look like this one, best first."""
        path = f"/v1/images/{image_id}/similar"
        return _parse(Finds, self._transport.request("GET", path, params={"page_size": page_size}))

    def detect_mark(self, picture: bytes) -> MarkFound:
        """Whom the invisible mark of a picture names; for admins."""
        body = {"picture": base64.b64encode(picture).decode()}
        return _parse(MarkFound, self._signed("POST", "/v1/admin/marks/detect", json=body))

    def _signed(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send as the account; on a 401 renew the token once and send again."""

        def send(token: str) -> httpx.Response:
            signed = _bearer(token, headers)
            return self._transport.request(method, path, json=json, params=params, headers=signed)

        token = self._token()
        try:
            return send(token)
        except NotAuthenticatedError:
            renewed = self._renew(instead_of=token)
        return send(renewed)

    def _token(self) -> str:
        account = self._account
        if account is None:
            raise NotAuthenticatedError("You are not signed in.")
        if account.expires_at - _MARGIN > self._clock.now():
            return account.access_token
        return self._renew(instead_of=account.access_token)

    def _renew(self, *, instead_of: str) -> str:
        """A newer access token than ``instead_of``; of several threads only one fetches it."""
        with self._renewing:
            account = self._account
            if account is None:
                raise NotAuthenticatedError("You are not signed in.")
            if account.access_token != instead_of:
                return account.access_token
            body = {"refreshToken": account.refresh_token}
            answer = self._transport.request("POST", "/v1/auth/refresh", json=body)
            tokens = _parse(Tokens, answer)
            account = self._keep(account.email, tokens, tokens.refresh_token or account.refresh_token)
            self._on_renewed(account)
            return account.access_token

    def _keep(self, email: str, tokens: Tokens, refresh_token: str) -> Account:
        self._account = Account(
            email=email,
            access_token=tokens.access_token,
            refresh_token=refresh_token,
            expires_at=self._clock.now() + timedelta(seconds=tokens.expires_in),
        )
        return self._account


def _bearer(token: str, headers: Mapping[str, str] | None) -> dict[str, str]:
    return {**(headers or {}), "authorization": f"Bearer {token}"}


def _parse(model: type[_Answer], response: httpx.Response) -> _Answer:
    try:
        return model.model_validate_json(response.content)
    except ValidationError as cause:
        message = f"{response.url} does not answer as this version of the API does."
        raise UnexpectedAnswerError(message) from cause
