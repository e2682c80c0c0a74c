"""Ways to the errors of uploads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from lumenstock import bootstrap, settings, use_cases
from lumenstock.adapters.aws import clients
from lumenstock.ingest.uploads import Upload, UploadStatus
from lumenstock.kernel.ids import UploadId
from tests.conftest import CATALOG as CATALOG_TABLE
from tests.conftest import ORIGINALS, forget_cached
from tests.functions.gateway import Answer, Gateway
from tests.functions.provocations.samples import (
    A_FILE,
    ANA,
    COMPANION,
    IN_PARTS,
    SAMPLES,
    UPLOAD,
    UPLOAD_ID,
    Sample,
)
from tests.functions.provocations.scene import Provocation, Scene, busy, forged_cursor, sent


def upload_of_bytes_that_are_there(scene: Scene, sample: Sample) -> Answer:
    bootstrap.catalog().claim("a" * 64, scene.announced())
    return sample.send(json={**IN_PARTS, "sha256": "a" * 64})


def upload_beyond_the_cap(scene: Scene, sample: Sample) -> Answer:
    scene.announced()
    crowded(scene, "")
    return [sample.send(json=IN_PARTS) for _ in range(2)][-1]


def upload_that_meets_others(scene: Scene, sample: Sample) -> Answer:
    scene.announced()
    busy(scene, "")
    return sample.send(json=IN_PARTS)


def step_of(how: Callable[[Scene, str], None]) -> Provocation:
    """The same step of an upload that something was done to."""

    def provoke(scene: Scene, sample: Sample) -> Answer:
        scene.announced()
        upload_id = SAMPLES["startUpload"].send(json=IN_PARTS).json()["uploadId"]
        how(scene, upload_id)
        return sample.send(target=sample.target.replace(UPLOAD, f"/v1/uploads/{upload_id}"))

    return provoke


def by_companion(how: Callable[[Scene, str], None] = lambda *_: None) -> Provocation:
    """The same step with a capability that is good, of an upload that something was done to."""

    def provoke(scene: Scene, sample: Sample) -> Answer:
        scene.announced()
        endpoint = SAMPLES["startUploadSession"].send().json()["companionEndpoint"]
        made = Gateway().request("POST", f"{endpoint}/s3/multipart", json=A_FILE).json()
        how(scene, made["uploadId"])
        target = sample.target.replace(COMPANION, endpoint).replace(UPLOAD_ID, made["uploadId"])
        return sample.send(target=target.replace("key=k", f"key={made['key']}"))

    return provoke


def over(scene: Scene, _: str) -> None:
    """A day goes by."""
    later = bootstrap.clock().now() + timedelta(hours=25)
    scene.patch.setattr(type(bootstrap.clock()), "now", lambda _: later)


def full(_: Scene, __: str) -> None:
    """Every session has had as many files as it may."""
    for item in clients.dynamodb().scan(TableName=CATALOG_TABLE)["Items"]:
        if item.get("kind") == {"S": "session"}:
            change: Any = {":n": {"N": "0"}}
            clients.dynamodb().update_item(
                TableName=CATALOG_TABLE,
                Key={"pk": item["pk"], "sk": item["sk"]},
                UpdateExpression="SET max_files = :n",
                ExpressionAttributeValues=change,
            )


def crowded(scene: Scene, _: str) -> None:
    scene.patch.setenv("OPEN_UPLOADS_MAX", "1")
    forget_cached(settings)


def at_no_route(_: Scene, sample: Sample) -> Answer:
    return sample.send(target=sample.target.replace(COMPANION, '/v1/companion/"'))


def ended(_: Scene, upload_id: str) -> None:
    upload = bootstrap.uploads().get(UploadId(upload_id))
    bootstrap.uploads().finish(upload, UploadStatus.EXPIRED)


def completed(scene: Scene, upload_id: str) -> None:
    sent_whole(b"\xff\xd8\xff")(scene, upload_id)
    Gateway().request("POST", f"/v1/uploads/{upload_id}/complete", person=ANA)


def sent_whole(data: bytes) -> Callable[[Scene, str], None]:
    def put(_: Scene, upload_id: str) -> None:
        upload = bootstrap.uploads().get(UploadId(upload_id))
        storage_id = use_cases.multipart_uploads().ready(upload, [1], upload.created_at)[1]
        clients.s3().upload_part(
            Bucket=ORIGINALS, Key=upload.key, UploadId=storage_id, PartNumber=1, Body=data
        )

    return put


def changing_while_put_together(scene: Scene, upload_id: str) -> None:
    sent_whole(b"\xff\xd8\xff")(scene, upload_id)
    changed = ClientError({"Error": {"Code": "InvalidPart", "Message": ""}}, "x")
    scene.call_fails(clients.s3(), "complete_multipart_upload", changed)


def cut_in_two_ways(scene: Scene, upload_id: str) -> None:
    scene.patch.setattr(Upload, "plan", None)
    sent_whole(b"\xff\xd8")(scene, upload_id)


# Ways that only operations of uploads know.
UPLOADS: dict[tuple[str, str], Provocation] = {
    ("startUpload", "profile_missing"): sent(),
    ("startUpload", "already_uploaded"): upload_of_bytes_that_are_there,
    ("startUpload", "too_many_open_uploads"): upload_beyond_the_cap,
    ("startUpload", "version_conflict"): upload_that_meets_others,
    ("signParts", "upload_ended"): step_of(ended),
    ("abortUpload", "upload_ended"): step_of(completed),
    ("completeUpload", "upload_ended"): step_of(ended),
    ("completeUpload", "upload_incomplete"): step_of(sent_whole(b"\xff\xd8")),
    ("completeUpload", "content_refused"): step_of(sent_whole(b"%PD")),
    ("completeUpload", "chunk_size_changed"): step_of(cut_in_two_ways),
    ("completeUpload", "version_conflict"): step_of(changing_while_put_together),
    ("listOpenUploads", "bad_request"): forged_cursor,
    ("startUploadSession", "profile_missing"): sent(),
    ("companionCreate", "session_full"): by_companion(full),
    ("companionCreate", "too_many_open_uploads"): by_companion(crowded),
    ("companionCreate", "version_conflict"): by_companion(busy),
    ("companionParams", "session_full"): by_companion(full),
    ("companionParams", "version_conflict"): by_companion(busy),
    ("companionSign", "upload_ended"): by_companion(ended),
    ("companionSignBatch", "upload_ended"): by_companion(ended),
    ("companionAbort", "upload_ended"): by_companion(completed),
    ("companionComplete", "upload_ended"): by_companion(ended),
    ("companionComplete", "upload_incomplete"): by_companion(),
    ("companionComplete", "chunk_size_changed"): by_companion(sent_whole(b"\xff\xd8")),
    ("companionComplete", "content_refused"): by_companion(sent_whole(b"%PD")),
    ("companionComplete", "version_conflict"): by_companion(changing_while_put_together),
    **{(name, "not_found"): at_no_route for name in SAMPLES if name.startswith("companion")},
}
