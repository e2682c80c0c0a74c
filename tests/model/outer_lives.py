"""Lives of what stands at the edges: uploads of clients, the CDN's origin, S3 Batch, second looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from functions.backfill import revise
from functions.delivery import render as delivery
from lumenstock import bootstrap, use_cases
from lumenstock.accounts.model import Profile
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.ingest.sessions import new_session
from lumenstock.kernel.ids import ImageId, UploadId
from lumenstock.settings import settings
from tests.conftest import CATALOG, IDEMPOTENCY, ORIGINALS
from tests.functions.gateway import Answer, Gateway, Person
from tests.model import backends
from tests.model.clock import T0
from tests.model.lives import ANN, EXPIRED, Life, send_part
from tests.model.scripts import DAMAGED, GOOD, HELD, PICTURE, asked
from tests.model.world import World
from tests.pictures import jpeg

TAKEN_DOWN = frozenset({"taken_down"})
FINER, COARSER = jpeg(320, 300, quality=80), jpeg(320, 300, quality=60)  # look like PICTURE
_API, _ANN = Gateway(), Person(ANN.id, ("contributor",))


def started(world: World) -> None:
    """A file is announced over HTTP by a client that asks until it is answered, and comes by one PUT."""
    image_id = _announced(world, multipart=False)["imageId"]
    world.put(bootstrap.catalog().get(ImageId(image_id)).source.key, PICTURE)
    _ended(world, image_id, "start")


def started_in_parts(world: World) -> None:
    """The same of a file in parts."""
    announced = _announced(world, multipart=True)
    _sent(world, announced["uploadId"])
    _ended(world, announced["imageId"], "start")


def started_by_uppy(world: World) -> None:
    """A file is announced at the Companion facade, which knows no Idempotency-Key."""
    now = world.clock.now()
    session, capability = new_session(ANN, with_prefix=False, now=now, random_bytes=world.random.randbytes)
    bootstrap.sessions().put(session)
    body = {"filename": "a.jpg", "type": "image/jpeg", "metadata": {"size": len(PICTURE)}}

    def create() -> Answer:
        return _API.request("POST", f"/v1/companion/{capability}/s3/multipart", json=body)

    upload_id = asked(world, "companion", create, lambda answer: answer.status == 200).json()["uploadId"]
    image_id = bootstrap.uploads().get(UploadId(upload_id)).image_id
    _sent(world, upload_id)
    _ended(world, image_id, "companion")


def made_anew(world: World) -> None:
    """S3 Batch asks for new files of a picture until it hears that they are there; the old ones go."""
    image = world.upload(PICTURE, GOOD)
    world.settle()
    job = {"id": "job-1", "userArguments": {"backfill": "night"}}
    task = {"taskId": "1", "s3Key": image.source.key, "s3Bucket": ORIGINALS}
    event = {"invocationSchemaVersion": "2.0", "invocationId": "1", "job": job, "tasks": [task]}

    def succeeded(answer: Any) -> bool:
        return bool(answer["results"][0]["resultCode"] == "Succeeded")

    asked(world, "revise", lambda: revise.handler(event, None), succeeded)
    world.settle()
    world.clean(timedelta(days=1, minutes=16))
    row = bootstrap.catalog().get(image.id)
    if row.rev != image.rev + 1:
        world.exposed.append(f"{row.id}: revision {row.rev} after one backfill")
    old = [key for key in backends.files() if not key.startswith(f"{row.media_key}/{row.rev}/")]
    world.exposed += [f"{key}: of a revision that was left" for key in old]


def looked_at_again(world: World) -> None:
    """Two copies that nobody took for copies when they came; one is of somebody else."""
    first = world.upload(PICTURE, GOOD)
    world.settle()
    own = world.upload(FINER, GOOD, allow_near_duplicate=True)
    others = world.upload(COARSER, HELD, owner="ben")
    world.settle()
    for image in (own, others):
        bootstrap.catalog().update(image.id, lambda row: _unnoticed(row, world))
    world.settle()
    world.wait(T0 + timedelta(days=1, hours=1) - world.clock.now())
    look = use_cases.second_look()
    asked(world, "second_look", lambda: look.run(world.clock.now()), lambda looked: not looked.faults)
    world.settle()
    for image in (own, others):
        if first.id not in {other.id for other in bootstrap.catalog().get(image.id).near_duplicates}:
            world.exposed.append(f"{image.id}: nobody knows that it is a copy")


def asked_for(world: World) -> None:
    """A public file is asked for that nobody made yet, until it comes."""
    image = world.upload(PICTURE, GOOD)
    world.settle()
    _file(world, image, "150", 200)
    _file(world, image, "256", 200)
    world.exposed += _kept_locks(world)


def asked_for_and_taken_down(world: World) -> None:
    """A public file is asked for once; then the picture is taken down."""
    image = world.upload(PICTURE, GOOD)
    world.settle()
    world.attempt("file", lambda: delivery.handler(_get(image, "256"), None))
    world.take_down(image.id)
    world.expected[image.id] = TAKEN_DOWN
    world.settle()
    _file(world, image, "256", 404)
    world.exposed += _kept_locks(world)


def asked_for_in_vain(world: World) -> None:
    """A public file is asked for whose original does not decode: for an hour nobody tries again."""
    image = world.upload(PICTURE, GOOD)
    world.settle()
    good = bootstrap.catalog().get(image.id).source.version_id
    bad = world.stores.s3.put_object(Bucket=ORIGINALS, Key=image.source.key, Body=DAMAGED)["VersionId"]
    _point_to(image, bad)
    _file(world, image, "256", 404)
    _point_to(image, good)
    _file(world, image, "256", 404)
    world.wait(timedelta(minutes=61))
    _file(world, image, "256", 200)
    world.settle()
    world.exposed += _kept_locks(world)


OUTER_LIVES = (
    Life("start", 4, started),
    Life("start", 4, started_in_parts),
    Life("companion", 2, started_by_uppy),
    Life("revise", 13, made_anew),
    Life("second_look", 23, looked_at_again),
    Life("file", 10, asked_for),
    Life("file", 10, asked_for_and_taken_down),
    Life("file", 10, asked_for_in_vain),
)


def _announced(world: World, *, multipart: bool) -> dict[str, Any]:
    """The answer to an announcement, which is the same when it is asked for again."""
    bootstrap.profiles().create(Profile(ANN.id, "ann@example.org", "Ann", T0))
    body = {"filename": "a.jpg", "contentType": "image/jpeg", "sizeBytes": len(PICTURE), "title": "A picture"}

    def start() -> Answer:
        wanted = {**body, "multipart": multipart}
        key = {"Idempotency-Key": "one"}
        return _API.request("POST", "/v1/images/upload", json=wanted, headers=key, person=_ANN)

    first = asked(world, "start", start, lambda answer: answer.status == 201).json()
    assert start().json() == first
    return dict(first)


def _sent(world: World, upload_id: str) -> None:
    """All of an upload in parts: sent and put together."""
    upload, uploads = bootstrap.uploads().get(UploadId(upload_id)), use_cases.multipart_uploads()
    send_part(world, upload)
    uploads.complete(uploads.owned(upload.id, ANN.id), world.clock.now())
    world.tell(upload.key)


def _ended(world: World, image_id: str, process: str) -> None:
    """All is over: what a dead process announced has expired, and holds no place among the open uploads."""
    world.expected[image_id] = GOOD
    forsaken = [row.id for row in backends.rows() if row.id != image_id]
    world.expected |= dict.fromkeys(forsaken, EXPIRED)
    if len(forsaken) > world.knife.kills[process]:
        world.exposed.append(f"{forsaken}: announced by nobody who died")
    world.settle()
    world.wait(timedelta(seconds=settings().upload_session_s))
    world.settle()
    world.exposed += [
        f"{item['pk']['S']}: {item['open']['SS']} count as open"
        for item in backends.items(CATALOG)
        if item["pk"]["S"].startswith("UPS#") and "open" in item
    ]
    world.exposed += _kept_locks(world)


def _unnoticed(row: Image, world: World) -> Image:
    """Approved as if nobody had seen what it is."""
    if row.status is Status.APPROVED:
        return row.changed(near_duplicates=())
    return row.moved(Status.APPROVED, world.clock.now(), near_duplicates=(), reasons=())


def _get(image: Image, name: str) -> dict[str, Any]:
    """The CDN's question for a file of an image, at the address that it had first."""
    path = f"/{image.media_key}/{image.rev}/{name}.webp"
    return {"requestContext": {"http": {"method": "GET"}}, "rawPath": path}


def _file(world: World, image: Image, name: str, status: int) -> None:
    asked(
        world,
        "file",
        lambda: delivery.handler(_get(image, name), None),
        lambda answer: bool(answer["statusCode"] == status),
    )


def _point_to(image: Image, version_id: str | None) -> None:
    bootstrap.catalog().update(
        image.id, lambda row: row.changed(source=replace(row.source, version_id=version_id))
    )


def _kept_locks(world: World) -> list[str]:
    """Whoever is at something that nobody else may do meanwhile: nobody, once all is calm."""
    now_s = int(world.clock.now().timestamp())
    return [
        f"{item['pk']['S']}: locked"
        for item in backends.items(IDEMPOTENCY)
        if "expires_at" not in item or ("answer" not in item and int(item["busy_until"]["N"]) >= now_s)
    ]
