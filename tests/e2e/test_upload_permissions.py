"""The grants behind uploads in parts and sessions: a step works, and fails once an action is taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from lumenstock.ingest.direct import direct_image_id, session_of
from tests.e2e.grants import chosen, fails_without, refusal, role_without
from tests.e2e.journey import announce, expect, new_picture, wait_for
from tests.e2e.parts import complete, put, sdk, send, sign
from tests.e2e.stage import Person, Stage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300, func_only=True)]

ROLE = "uploader"


@dataclass
class Trial:
    """What a step works on: the stage, and a contributor."""

    cloud: Stage
    person: Person

    def session(self) -> dict[str, Any]:
        """A session with credentials."""
        return expect(self.person.api.post("/v1/upload-sessions", json={"credentials": True}))


def announce_in_parts(trial: Trial) -> None:
    announce(trial.person, new_picture(), multipart=True)


def announce_what_may_be_there(trial: Trial) -> None:
    announce(trial.person, new_picture(), sha256="0" * 64)


def send_in_parts(trial: Trial) -> None:
    data = new_picture()
    ticket = announce(trial.person, data, multipart=True)
    send(trial.person, ticket, data)
    expect(complete(trial.person, ticket))


def abort_in_parts(trial: Trial) -> None:
    ticket = announce(trial.person, new_picture(), multipart=True)
    sign(trial.person, ticket, 1)
    expect(trial.person.api.delete(f"/v1/uploads/{ticket['uploadId']}"))


def list_the_second_page(trial: Trial) -> None:
    for _ in range(2):
        announce_in_parts(trial)
    expect(trial.person.api.get("/v1/contributor/uploads", params={"page_size": 1}))


def start_a_session(trial: Trial) -> None:
    trial.session()


def companion_upload(trial: Trial) -> None:
    data = new_picture()
    with trial.cloud.client() as page:
        session = expect(trial.person.api.post("/v1/upload-sessions", json={}))
        root = f"{session['companionEndpoint']}/s3/multipart"
        body = {"filename": "a.jpg", "type": "image/jpeg", "metadata": {"size": len(data)}}
        made = expect(page.post(root, json=body))
        one, key = f"{root}/{made['uploadId']}", {"key": made["key"]}
        answer = put(expect(page.get(f"{one}/1", params=key))["url"], data)
        assert answer.status_code == 200, answer.text
        expect(page.post(f"{one}/complete", params=key, json={"parts": []}))
        made = expect(page.post(root, json=body))
        one, key = f"{root}/{made['uploadId']}", {"key": made["key"]}
        expect(page.get(f"{one}/1", params=key))
        expect(page.delete(one, params=key))


def send_by_credentials(trial: Trial) -> None:
    """A file that nobody announced gets its row."""
    credentials = trial.session()["credentials"]
    key = f"{credentials['prefix']}a.jpg"
    sdk(trial.cloud, credentials).put_object(Bucket=credentials["bucket"], Key=key, Body=new_picture())
    session_id = session_of(key)
    assert session_id
    status = f"/v1/images/{direct_image_id(session_id, key)}/status"
    wait_for(lambda: trial.person.api.get(status).status_code, lambda seen: seen == 200, within_s=15)


def sdk_sends_a_whole_file(trial: Trial) -> None:
    credentials = trial.session()["credentials"]
    put_by(trial, credentials, lambda s3, where: s3.put_object(**where, Body=new_picture()))


def sdk_aborts(trial: Trial) -> None:
    credentials = trial.session()["credentials"]

    def begin_and_abort(s3: Any, where: dict[str, str]) -> None:
        upload_id = s3.create_multipart_upload(**where)["UploadId"]
        s3.abort_multipart_upload(**where, UploadId=upload_id)

    put_by(trial, credentials, begin_and_abort)


def sdk_lists_its_parts(trial: Trial) -> None:
    credentials = trial.session()["credentials"]

    def begin_and_list(s3: Any, where: dict[str, str]) -> None:
        upload_id = s3.create_multipart_upload(**where)["UploadId"]
        s3.list_parts(**where, UploadId=upload_id)

    put_by(trial, credentials, begin_and_list)


def put_by(trial: Trial, credentials: dict[str, str], step: Callable[[Any, dict[str, str]], Any]) -> None:
    where = {"Bucket": credentials["bucket"], "Key": f"{credentials['prefix']}a.jpg"}
    client = sdk(trial.cloud, credentials)
    try:
        step(client, where)
    except client.exceptions.ClientError as error:
        raise AssertionError(str(error)) from error


Step = Callable[[Trial], None]
GRANTS: list[tuple[str, str, Step]] = [
    ("uploads-api", "dynamodb:UpdateItem", announce_in_parts),
    ("uploads-api", "dynamodb:GetItem", announce_what_may_be_there),
    ("uploads-api", "s3:PutObject", send_in_parts),
    ("uploads-api", "s3:GetObject", send_in_parts),
    ("uploads-api", "s3:ListMultipartUploadParts", send_in_parts),
    ("uploads-api", "s3:AbortMultipartUpload", abort_in_parts),
    ("uploads-api", "s3:ListBucketMultipartUploads", abort_in_parts),
    ("uploads-api", "secretsmanager:GetSecretValue", list_the_second_page),
    ("uploads-api", "sts:AssumeRole", start_a_session),
    ("companion-api", "dynamodb:PutItem", companion_upload),
    ("companion-api", "dynamodb:UpdateItem", companion_upload),
    ("companion-api", "s3:PutObject", companion_upload),
    ("companion-api", "s3:GetObject", companion_upload),
    ("companion-api", "s3:ListMultipartUploadParts", companion_upload),
    ("companion-api", "s3:AbortMultipartUpload", companion_upload),
    ("companion-api", "s3:ListBucketMultipartUploads", companion_upload),
    ("ingest-dispatch", "dynamodb:UpdateItem", send_by_credentials),
    ("ingest-dispatch", "dynamodb:PutItem", send_by_credentials),
    (ROLE, "s3:PutObject", sdk_sends_a_whole_file),
    (ROLE, "s3:AbortMultipartUpload", sdk_aborts),
    (ROLE, "s3:ListMultipartUploadParts", sdk_lists_its_parts),
]


@pytest.fixture(scope="module")
def trial(cloud: Stage) -> Iterator[Trial]:
    person = cloud.sign_up("contributor")
    yield Trial(cloud, person)
    person.api.close()


@pytest.mark.parametrize(
    ("holder", "action", "step"), chosen(GRANTS), ids=lambda part: getattr(part, "__name__", part)
)
def test_a_step_fails_without_its_grant(trial: Trial, holder: str, action: str, step: Step) -> None:
    if holder != ROLE:
        with fails_without(trial.cloud, holder, action):
            step(trial)
        return
    role = f"lumenstock-{trial.cloud.name}-{ROLE}"
    with role_without(trial.cloud, role, action), pytest.raises(AssertionError, match=refusal(action)):
        step(trial)


@pytest.mark.parametrize("step", dict.fromkeys(step for _, _, step in GRANTS), ids=lambda step: step.__name__)
def test_a_step_works_with_all_grants(trial: Trial, step: Step) -> None:
    step(trial)
