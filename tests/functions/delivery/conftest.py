"""An approved picture with the files of the lean set, and the function that makes the others."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import pytest

from functions.delivery import render
from lumenstock import bootstrap
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.imaging.decoder import Decoder
from tests.functions.ingest.conftest import Pipeline, clock, decoder, pipeline
from tests.pictures import jpeg

__all__ = ["clock", "decoder", "pipeline"]  # fixtures


@dataclass
class Answer:
    """What the function's URL answers."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(path: str, method: str = "GET") -> Answer:
    event = {"rawPath": path, "requestContext": {"http": {"method": method}}}
    answer = render.handler(event, None)
    body = base64.b64decode(answer["body"]) if answer.get("isBase64Encoded") else answer["body"].encode()
    return Answer(answer["statusCode"], answer["headers"], body)


@dataclass
class Shop:
    """Pictures of any status, and how often a decoder was asked to render."""

    pipeline: Pipeline
    renders: list[tuple[str, ...]]

    def picture(self, body: bytes | None = None, status: Status = Status.APPROVED, **options: Any) -> Image:
        """A picture as the pipeline leaves it, in ``status``."""
        image = self.pipeline.run(self.pipeline.upload(body or jpeg(1300, 900), **options))
        self.renders.clear()
        if status is Status.PROCESSING:
            return image
        approved = Status.PENDING_REVIEW if status is Status.PENDING_REVIEW else Status.APPROVED
        return self.move(image, *dict.fromkeys((approved, status)))

    def move(self, image: Image, *targets: Status, **fields: object) -> Image:
        now = bootstrap.clock().now()
        for target in targets:
            image = bootstrap.catalog().update(
                image.id,
                lambda row, target=target: row.moved(target, now, **fields),  # type: ignore[misc]
            )
        return image

    def ask(self, image: Image, file: str) -> Answer:
        bootstrap.mark_key.cache_clear()  # the pipeline's key is in other processes
        return ask(f"/{image.media_key}/{image.rev}/{file}")


@pytest.fixture
def shop(pipeline: Pipeline, decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> Shop:
    renders: list[tuple[str, ...]] = []
    real = decoder.render

    def counted(path: Any, names: Any, *rest: Any) -> Any:
        renders.append(tuple(names))
        return real(path, names, *rest)

    monkeypatch.setattr(decoder, "render", counted)
    monkeypatch.setattr("functions.delivery.render.time.sleep", lambda _: None)
    return Shop(pipeline, renders)
