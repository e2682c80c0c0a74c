"""Steps of uploads in parts, and of clients that speak S3 themselves."""

from __future__ import annotations

from typing import Any

import boto3
import httpx
from botocore.config import Config

from tests.e2e.journey import expect, new_picture
from tests.e2e.stage import Person, Stage

MIB = 1 << 20
PART = 5 * MIB
Ticket = dict[str, Any]


def file_of_parts(parts: int = 2) -> bytes:
    """A file of so many parts that begins like a picture, and differs from every other."""
    return (new_picture() * (parts * PART // 1000))[: (parts - 1) * PART + 4321]


def put(url: str, data: bytes, **headers: str) -> httpx.Response:
    return httpx.put(url, content=data, headers=headers, trust_env=False)


def slices(data: bytes, size: int = PART) -> dict[int, bytes]:
    """Parts by number."""
    return {at // size + 1: data[at : at + size] for at in range(0, len(data), size)}


def sign(person: Person, ticket: Ticket, *numbers: int) -> dict[str, Any]:
    answer = person.api.post(f"/v1/uploads/{ticket['uploadId']}/parts", json={"numbers": list(numbers)})
    urls: dict[str, Any] = expect(answer)["urls"]
    return urls


def send(person: Person, ticket: Ticket, data: bytes) -> None:
    parts = slices(data)
    for number, part in sign(person, ticket, *parts).items():
        assert put(part["url"], parts[int(number)], **part["headers"]).status_code == 200


def complete(person: Person, ticket: Ticket) -> httpx.Response:
    return person.api.post(f"/v1/uploads/{ticket['uploadId']}/complete", json={})


def sdk(cloud: Stage, credentials: dict[str, str]) -> Any:
    """A client of S3 as somebody who was handed credentials makes it."""
    return boto3.client(
        "s3",
        aws_access_key_id=credentials["accessKeyId"],
        aws_secret_access_key=credentials["secretAccessKey"],
        aws_session_token=credentials["sessionToken"],
        region_name=credentials["region"],
        endpoint_url=cloud.operator.s3.meta.endpoint_url,
        config=Config(s3={"addressing_style": "path"}),
    )
