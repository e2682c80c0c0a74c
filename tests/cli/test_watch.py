"""How long one look at waiting pictures may take, and what it counts."""

from __future__ import annotations

from pathlib import Path

from cli.client import Client
from cli.pictures import Picture
from cli.responses import ImageStatus
from cli.transport import Transport
from cli.watch import Sent, Watch
from lumenstock.catalog.states import Status


class Waiting(Client):
    """A client whose server has news at the very end of each wait."""

    def __init__(self) -> None:
        super().__init__(Transport("http://127.0.0.1:1"))
        self.now_s = 0.0

    def status(
        self, image_id: str, etag: str | None = None, *, wait_s: int = 0
    ) -> tuple[ImageStatus | None, str | None]:
        """See the client."""
        self.now_s += wait_s
        return ImageStatus(image_id=image_id, status=Status.APPROVED), etag


def watch_of(client: Waiting, pictures: int, patience_s: float = 600) -> Watch:
    """A watch of so many pictures, all of which the store has had from the start."""
    watch = Watch(client, patience_s=patience_s, clock=lambda: client.now_s)
    for number in range(pictures):
        watch.add(Sent(Picture(Path(f"{number}.jpg"), "image/jpeg", "a"), f"IMG{number}", 0.0, 0.0))
    return watch


def test_the_seconds_of_a_picture_count_the_wait_for_it() -> None:
    with Waiting() as client:
        assert [result.seconds for result in watch_of(client, 3).look(idle=True)] == [2, 4, 24]


def test_a_look_that_must_not_take_a_while_lets_nobody_wait() -> None:
    with Waiting() as client:
        assert [result.seconds for result in watch_of(client, 3).look()] == [0, 0, 0]


def test_nobody_waits_past_the_patience_with_a_picture() -> None:
    with Waiting() as client:
        assert [result.seconds for result in watch_of(client, 1, patience_s=7.5).look(idle=True)] == [7]
