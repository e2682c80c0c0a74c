"""Forms that browsers upload to a bucket: signed inside, so the guard has to look there."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.home import ACCOUNT

BUCKET = "http://127.0.0.1:4566/originals"
FRONT = "http://localhost:8080"
ROLE = "ASIA0123456789ABCDEF"
BOUNDARY = "----WebKitFormBoundaryABC"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def form(*keys: str, key_name: str = "x-amz-credential", disposition: str = "Content-Disposition") -> bytes:
    """A form as Chromium sends it, signed by each of ``keys``."""
    credentials = [(key_name, f"{key}/20261121/us-east-1/s3/aws4_request") for key in keys]
    fields = [("key", "originals/a.png"), *credentials, ("policy", "e30="), ("x-amz-signature", "0" * 64)]
    text = "".join(
        f'--{BOUNDARY}\r\n{disposition}: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields
    )
    file = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="blob"\r\nContent-Type: image/png\r\n\r\n'
    return text.encode() + file.encode() + bytes(range(256)) + f"\r\n--{BOUNDARY}--\r\n".encode()


def post(call: Any, body: bytes, url: str = BUCKET, content_type: str = CONTENT_TYPE, **headers: str) -> int:
    sent = {"content-type": content_type, **headers}
    status: int = call("POST", url, headers=sent, content=body).status_code
    return status


def test_a_form_signed_by_a_role_passes_whole(call: Any, backend: Any) -> None:
    assert post(call, form(ROLE), origin=FRONT) == 200
    assert post(call, form(ROLE)) == 200
    assert [seen["body"] for seen in backend.seen] == [form(ROLE)] * 2


def test_its_preflight_passes_for_the_front_only(call: Any, backend: Any) -> None:
    asks = {"access-control-request-method": "POST"}
    assert call("OPTIONS", BUCKET, headers={"origin": FRONT, **asks}).status_code == 200
    backend.seen.clear()
    assert call("OPTIONS", BUCKET, headers={"origin": "http://evil.test", **asks}).status_code == 403
    assert call("OPTIONS", BUCKET, headers={"origin": FRONT}).status_code == 403
    assert backend.seen == []


@pytest.mark.parametrize("origin", ["http://evil.test", "null"])
def test_a_form_of_another_page_is_refused(call: Any, backend: Any, origin: str) -> None:
    assert post(call, form(ROLE), origin=origin) == 403
    assert backend.seen == []


@pytest.mark.parametrize(
    "body",
    [
        form(),
        form(ACCOUNT),
        form("test"),
        form(ROLE, ACCOUNT),
        form(ROLE, ROLE),
        form(ACCOUNT, key_name="X-Amz-Credential"),
        form(ROLE, key_name="AWSAccessKeyId"),
    ],
    ids=["unsigned", "root", "believed", "role and root", "twice", "upper case", "version 2"],
)
def test_a_form_that_the_engine_would_believe_is_refused(call: Any, backend: Any, body: bytes) -> None:
    assert post(call, body) == 403
    assert backend.seen == []


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (form(ROLE), "multipart/form-data"),
        (form(ROLE), "multipart/form-data; boundary=other"),
        (form(ROLE, disposition="X"), CONTENT_TYPE),
        (form(ROLE)[:-6], CONTENT_TYPE),
        (b"preamble\r\n" + form(ROLE), CONTENT_TYPE),
        (b"", CONTENT_TYPE),
    ],
    ids=["no boundary", "another", "no name", "no end", "preamble", "empty"],
)
def test_a_form_that_could_be_read_in_two_ways_is_refused(
    call: Any, backend: Any, body: bytes, content_type: str
) -> None:
    assert post(call, body, content_type=content_type) == 400
    assert backend.seen == []


@pytest.mark.parametrize("path", ["/2015-03-31/functions", "/?Action=ListUsers", "/originals?acl", "/"])
def test_a_form_opens_nothing_but_a_bucket(call: Any, backend: Any, path: str) -> None:
    assert post(call, form(ROLE), f"http://127.0.0.1:4566{path}") == 403
    assert backend.seen == []
