"""What happens in a world so that a process of a name takes part, and how many AWS calls it makes.

The processes are the handlers, and, where an API has many operations, the use case behind one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import numpy as np

from lumenstock import bootstrap, use_cases
from lumenstock.catalog.image import Image
from lumenstock.catalog.reasons import ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.ingest.amend import Edit
from lumenstock.ingest.direct import direct_image_id, session_of
from lumenstock.ingest.moderation import Verdict
from lumenstock.ingest.multipart import announce_parts
from lumenstock.ingest.review import held
from lumenstock.ingest.sessions import LIFETIME, UploadSession, new_session
from lumenstock.ingest.upload import Announcement, Contributor
from lumenstock.ingest.uploads import Upload
from lumenstock.kernel.ids import UserId
from tests.conftest import ORIGINALS
from tests.model.crashes import Cut
from tests.model.scripts import A_LONG_TIME, GOOD, HELD, PICTURE, REFUSED, deleted_while_down
from tests.model.world import MODERATOR, World
from tests.pictures import photo
from tools.samples.dng import dng

Script = Callable[[World], None]

ANN = Contributor(UserId("ann"), "Ann")
DELETED, EXPIRED = frozenset({"deleted"}), frozenset({"expired"})
NO_PICTURE = b"This is no picture."
WAITS = (held(ReasonCode.MENDED, "Somebody must look at it."),)


@dataclass(frozen=True)
class Life:
    """A world for one process.

    Attributes:
        process: Its name.
        calls: AWS calls that one such process makes at most, when none dies.
        script: What happens.
    """

    process: str
    calls: int
    script: Script

    def __str__(self) -> str:
        return f"{self.process}-{self.script.__name__}"


def shown(world: World) -> None:
    """A picture comes and is approved."""
    world.upload(PICTURE, GOOD)
    world.settle()


def restored(world: World) -> None:
    """A picture comes, is approved, taken down and restored."""
    image = world.upload(PICTURE, GOOD)
    world.settle()
    world.take_down(image.id)
    world.restore(image.id)
    world.settle()


def raw(world: World) -> None:
    """Camera raw comes and is approved."""
    world.upload(camera_raw(), GOOD, media_type="image/x-adobe-dng")
    world.settle()


def left_to_the_purger(world: World) -> None:
    """Camera raw is deleted by a process that dies once that is decided; nothing is purged for a month."""
    image = world.upload(camera_raw(), GOOD, media_type="image/x-adobe-dng")
    world.settle()
    chosen = world.knife.choose
    world.knife.choose = lambda process: Cut(2, "after") if process == "delete" else chosen(process)
    assert not world.attempt("delete", lambda: use_cases.amendments().delete(image.id, ANN.id, None))
    world.expected[image.id] = DELETED
    world.clean(A_LONG_TIME)
    world.settle()


def stuck(world: World) -> None:
    """A message is lost while its picture is processed."""
    image = world.upload(PICTURE, GOOD, event=False)
    bootstrap.catalog().update(image.id, lambda row: row.moved(Status.PROCESSING, world.clock.now()))
    world.settle()


def struck(world: World) -> None:
    """Nothing can be read for an hour: the message dies, and is brought back."""
    chosen = world.knife.choose
    began = world.clock.now()

    def choose(process: str) -> Cut | None:
        if process == "validate" and world.clock.now() - began < timedelta(hours=1):
            return Cut(1, "before")
        return chosen(process)

    world.knife.choose = choose
    world.upload(PICTURE, GOOD)
    world.settle()


def direct(world: World) -> None:
    """A file comes by credentials, unannounced; then the row that was made of it is deleted."""
    key = f"{_session(world).prefix}DSC 1.jpg"
    _expect(world, key, GOOD)
    world.put(key, PICTURE)
    world.settle()
    world.wait(LIFETIME)
    world.settle()


def neglected(world: World) -> None:
    """All that the sweeper looks after: lost events and messages, files that never came, forgotten parts."""
    world.upload(PICTURE, GOOD, event=False)
    world.announce(EXPIRED)
    stuck = world.upload(NO_PICTURE, REFUSED, event=False)
    bootstrap.catalog().update(stuck.id, lambda row: row.moved(Status.PROCESSING, world.clock.now()))
    abandoned = _in_parts(world, EXPIRED)
    send_part(world, abandoned)
    session = _session(world)
    key = f"{session.prefix}DSC 2.jpg"
    _expect(world, key, REFUSED)
    world.put(key, NO_PICTURE + b" Nor is this.", event=False)
    world.stores.s3.create_multipart_upload(Bucket=ORIGINALS, Key=f"{session.prefix}DSC 3.jpg")
    world.wait(LIFETIME)
    world.settle()


def in_parts(world: World) -> None:
    """One file comes in parts and is put together; another is given up."""
    whole, given_up = _in_parts(world, GOOD), _in_parts(world, EXPIRED)
    uploads = use_cases.multipart_uploads()
    for upload in (whole, given_up):
        send_part(world, upload)

    def complete() -> None:
        uploads.complete(uploads.owned(whole.id, ANN.id), world.clock.now())

    def abort() -> None:
        uploads.abort(uploads.owned(given_up.id, ANN.id), world.clock.now())

    world.insist("complete", complete)
    world.tell(whole.key)
    world.insist("abort", abort)
    world.settle()
    world.wait(timedelta(hours=2))
    world.settle()


def deleted(world: World) -> None:
    """A picture is approved, and deleted by its contributor."""
    image = world.upload(PICTURE, GOOD)
    world.settle()
    _delete(world, image)


def argued(world: World) -> None:
    """A picture that was public is refused, loses its files, and is approved after an appeal."""
    image = world.upload(PICTURE, GOOD)
    world.settle()
    bootstrap.catalog().update(
        image.id, lambda row: row.moved(Status.PENDING_REVIEW, world.clock.now(), reasons=WAITS)
    )
    world.settle()
    _reject(world, image, ReasonCode.COPYRIGHT)
    world.settle()
    world.insist("appeal", lambda: use_cases.amendments().appeal(image.id, ANN.id, "It is mine."))
    world.expected[image.id] = HELD
    world.settle()
    world.insist("approve", lambda: use_cases.moderation().approve(image.id, None, MODERATOR))
    world.expected[image.id] = GOOD
    world.settle()


def mended(world: World) -> None:
    """A picture is refused for its title, gets another, and is approved."""
    image = world.upload(PICTURE, HELD, held=WAITS)
    world.settle()
    _reject(world, image, ReasonCode.MISLEADING_TITLE)
    world.settle()
    edit = Edit(title="What it shows")
    world.insist("edit", lambda: use_cases.amendments().edit(image.id, ANN.id, None, edit))
    world.expected[image.id] = HELD
    world.settle()
    world.insist("approve", lambda: use_cases.moderation().approve(image.id, None, MODERATOR))
    world.expected[image.id] = GOOD
    world.settle()


LIVES = (
    Life("validate", 6, shown),
    Life("render", 2, shown),
    Life("watermark", 2, shown),
    Life("metadata", 2, shown),
    Life("record", 3, shown),
    Life("embed", 15, shown),
    Life("indexer", 2, shown),
    Life("take_down", 5, restored),
    Life("restore", 5, restored),
    Life("purge", 9, restored),
    Life("develop", 2, raw),
    Life("dispatch", 3, direct),
    Life("dispatch", 3, struck),
    Life("redrive", 7, struck),
    Life("retry", 3, stuck),
    Life("sweep", 35, neglected),
    Life("complete", 10, in_parts),
    Life("abort", 8, in_parts),
    Life("ready", 4, in_parts),
    Life("delete", 9, deleted),
    Life("delete", 8, deleted_while_down),
    Life("purge", 22, left_to_the_purger),
    Life("reject", 5, argued),
    Life("appeal", 4, argued),
    Life("approve", 2, argued),
    Life("edit", 4, mended),
)


@cache
def camera_raw() -> bytes:
    """A file of a small camera."""
    return dng(np.asarray(photo(640, 480, seed=1)))


def _delete(world: World, image: Image) -> None:
    world.insist("delete", lambda: use_cases.amendments().delete(image.id, ANN.id, None))
    world.expected[image.id] = DELETED
    world.settle()
    world.clean(A_LONG_TIME)


def _reject(world: World, image: Image, code: ReasonCode) -> None:
    verdict = Verdict((code,))
    world.insist("reject", lambda: use_cases.moderation().reject(image.id, None, MODERATOR, verdict))
    world.expected[image.id] = REFUSED


def _session(world: World) -> UploadSession:
    """A session with credentials."""
    session, _ = new_session(
        ANN, with_prefix=True, now=world.clock.now(), random_bytes=world.random.randbytes
    )
    bootstrap.sessions().put(session)
    return session


def _expect(world: World, key: str, expected: frozenset[str]) -> None:
    """A file comes to ``key`` that nobody announced."""
    session_id = session_of(key)
    assert session_id
    world.expected[direct_image_id(session_id, key)] = expected


def _in_parts(world: World, expected: frozenset[str]) -> Upload:
    """Announce a picture that comes in parts."""
    announced = Announcement("a.jpg", "image/jpeg", len(PICTURE), "A picture", "", (), ())
    image, upload = announce_parts(
        ANN,
        announced,
        planned=True,
        lifetime=timedelta(hours=1),
        now=world.clock.now(),
        random_bytes=world.random.randbytes,
    )
    bootstrap.uploads().open(image, upload, limit=100)
    world.expected[image.id] = expected
    return upload


def send_part(world: World, upload: Upload) -> None:
    """Get the address of the only part, and send it."""
    uploads = use_cases.multipart_uploads()
    storage: list[str] = []

    def ready() -> None:
        storage.append(uploads.ready(uploads.owned(upload.id, ANN.id), [1], world.clock.now())[1])

    world.insist("ready", ready)
    world.stores.s3.upload_part(
        Bucket=ORIGINALS, Key=upload.key, UploadId=storage[-1], PartNumber=1, Body=PICTURE
    )
