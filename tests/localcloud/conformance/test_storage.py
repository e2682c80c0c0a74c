"""What we rely on of S3 and DynamoDB. Run before every new version of the engine."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.e2e


def upload_url(stack: Any, key: str, *, length: int = 3, expires_s: int = 60) -> str:
    wanted = {"Key": key, "ContentLength": length, "ContentType": "image/jpeg", "IfNoneMatch": "*"}
    parameters = {"Bucket": stack.outputs["Bucket"], **wanted}
    url: str = stack.operator.s3.generate_presigned_url("put_object", Params=parameters, ExpiresIn=expires_s)
    return url


def status(url: str, content: bytes = b"abc", kind: str = "image/jpeg") -> int:
    return httpx.put(url, content=content, headers={"content-type": kind, "if-none-match": "*"}).status_code


def test_a_presigned_upload_is_taken_once(stack: Any) -> None:
    url = upload_url(stack, "once")
    assert [status(url), status(url)] == [200, 412]


def test_of_many_uploads_at_once_one_wins(stack: Any) -> None:
    url = upload_url(stack, "race")
    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(lambda _: status(url), range(16))) == [200] + [412] * 15


def test_what_was_signed_cannot_be_changed(stack: Any) -> None:
    url = upload_url(stack, "changed")
    assert status(url, b"longer") == 403
    assert status(url, kind="text/html") == 403
    assert httpx.put(url, content=b"abc", headers={"content-type": "image/jpeg"}).status_code == 403
    assert status(url.replace("/changed", "/other")) == 403
    assert httpx.delete(url).status_code == 403
    assert status(url[:-1] + ("0" if url[-1] != "0" else "1")) == 403


def test_an_expired_url_is_refused(stack: Any) -> None:
    url = upload_url(stack, "expired", expires_s=1)
    time.sleep(2)
    assert status(url) == 403


def test_a_wrong_checksum_is_refused(stack: Any) -> None:
    with pytest.raises(ClientError, match="BadDigest"):
        stack.operator.s3.put_object(
            Bucket=stack.outputs["Bucket"], Key="digest", Body=b"abc", ContentMD5="AAAAAAAAAAAAAAAAAAAAAA=="
        )


def test_a_version_is_read_by_its_id_after_it_was_overwritten(stack: Any) -> None:
    s3, bucket = stack.operator.s3, stack.outputs["Bucket"]
    first = s3.put_object(Bucket=bucket, Key="versions", Body=b"first")["VersionId"]
    s3.put_object(Bucket=bucket, Key="versions", Body=b"second")
    assert s3.get_object(Bucket=bucket, Key="versions", VersionId=first)["Body"].read() == b"first"
    assert s3.head_object(Bucket=bucket, Key="versions")["VersionId"] != first


def test_an_object_is_nobodys_without_a_signature(stack: Any) -> None:
    stack.operator.s3.put_object(Bucket=stack.outputs["Bucket"], Key="private", Body=b"abc")
    url = f"{stack.home.engine_url}/{stack.outputs['Bucket']}/private"
    assert httpx.get(url).status_code == 403


def test_the_bucket_answers_preflights_by_its_own_rules(stack: Any) -> None:
    url = upload_url(stack, "preflight")

    def allowed(**wanted: str) -> Any:
        headers = {"origin": stack.home.front_url, "access-control-request-method": "PUT"} | wanted
        return httpx.options(url, headers=headers).headers.get("access-control-allow-origin")

    assert allowed() == stack.home.front_url
    assert allowed(**{"access-control-request-method": "DELETE"}) is None
    assert allowed(origin="http://evil.test") is None


def test_a_condition_holds_under_a_race(stack: Any) -> None:
    table = stack.outputs["Notes"]

    def put(number: int) -> bool:
        try:
            stack.operator.dynamodb.put_item(
                TableName=table,
                Item={"pk": {"S": "race"}, "sk": {"S": "one"}, "by": {"N": str(number)}},
                ConditionExpression="attribute_not_exists(pk)",
            )
        except stack.operator.dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(put, range(16))) == 1


def test_a_transaction_is_all_or_nothing(stack: Any) -> None:
    table = stack.outputs["Notes"]
    taken = {"pk": {"S": "transaction"}, "sk": {"S": "taken"}}
    stack.operator.dynamodb.put_item(TableName=table, Item=taken)
    free = {"pk": {"S": "transaction"}, "sk": {"S": "free"}}
    puts = [
        {"Put": {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}
        for item in (free, taken)
    ]
    with pytest.raises(stack.operator.dynamodb.exceptions.TransactionCanceledException) as cancelled:
        stack.operator.dynamodb.transact_write_items(TransactItems=puts)
    codes = [reason["Code"] for reason in cancelled.value.response["CancellationReasons"]]
    assert codes == ["None", "ConditionalCheckFailed"]
    assert stack.notes("transaction") == ["taken"]
