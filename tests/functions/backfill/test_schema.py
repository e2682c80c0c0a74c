from __future__ import annotations

from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.backfill.schema import Invocation, Result, ResultCode, Task, answer

# Source: the examples of the user guide, shortened.
FIRST = {
    "invocationSchemaVersion": "1.0",
    "invocationId": "YXNkbGZqYWRmaiBhc2RmdW9hZHNmZGpmaGFzbGtkaGZza2RmaAo",
    "job": {"id": "f3cc4f60-61f6-4a2b-8a21-d07600c373ce"},
    "tasks": [
        {
            "taskId": "dGFza2lkZ29lc2hlcmUK",
            "s3Key": "customer+image%201.jpg",
            "s3VersionId": "1",
            "s3BucketArn": "arn:aws:s3:::amzn-s3-demo-bucket",
        }
    ],
}
SECOND = {
    **FIRST,
    "invocationSchemaVersion": "2.0",
    "job": {"id": "f3cc4f60", "userArguments": {"backfill": "B1"}},
    "tasks": [{"taskId": "t", "s3Key": "a", "s3VersionId": None, "s3Bucket": "amzn-s3-demo-bucket"}],
}
KEYS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=200)


@given(KEYS, st.sampled_from([quote, quote_plus]))
def test_a_key_comes_out_as_it_is_in_the_bucket_however_it_was_encoded(key: str, encode: object) -> None:
    assert callable(encode)
    assert Task(taskId="t", s3Key=encode(key)).key == key


def test_both_versions_of_the_schema_name_the_bucket_and_the_key() -> None:
    first, second = Invocation.model_validate(FIRST), Invocation.model_validate(SECOND)
    assert (first.tasks[0].bucket, first.tasks[0].key) == ("amzn-s3-demo-bucket", "customer image 1.jpg")
    assert (second.tasks[0].bucket, second.tasks[0].version_id) == ("amzn-s3-demo-bucket", None)


def test_a_backfill_is_named_by_the_job_s_argument_or_else_by_the_job() -> None:
    assert Invocation.model_validate(FIRST).job.backfill == "f3cc4f60-61f6-4a2b-8a21-d07600c373ce"
    assert Invocation.model_validate(SECOND).job.backfill == "B1"


@pytest.mark.parametrize("wrong", [{"invocationSchemaVersion": "3.0"}, {"tasks": []}, {"job": {}}])
def test_a_call_of_another_shape_is_a_fault(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Invocation.model_validate({**FIRST, **wrong})


@given(st.text(max_size=3000))
def test_the_answer_has_the_shape_that_s3_wants_and_a_text_that_it_takes(text: str) -> None:
    invocation = Invocation.model_validate(FIRST)
    found = answer(invocation, [Result("dGFza2lkZ29lc2hlcmUK", ResultCode.TEMPORARY_FAILURE, text)])
    assert found == {
        "invocationSchemaVersion": "1.0",
        "treatMissingKeysAs": "PermanentFailure",
        "invocationId": FIRST["invocationId"],
        "results": [
            {
                "taskId": "dGFza2lkZ29lc2hlcmUK",
                "resultCode": "TemporaryFailure",
                "resultString": text[:1024],
            }
        ],
    }
