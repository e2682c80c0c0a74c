"""What handlers may call: a call beyond their needs fails where it is made, and an idle grant is found."""

from __future__ import annotations

from fnmatch import filter as matching

import pytest

from functions.grants import Resource
from functions.needs import Need
from lumenstock import bootstrap
from lumenstock.kernel.errors import NotFoundError
from lumenstock.kernel.ids import ImageId
from tests import aws_calls
from tests.aws_calls import CALLS, Asked, NotGrantedError, Use, asked_of, granted
from tests.conftest import CATALOG, FINGERPRINTS, ORIGINALS, Stores
from tests.e2e import test_permissions, test_upload_permissions, test_webhook_permissions
from tests.functions.gateway import Gateway
from tests.least_privilege import IN_E2E, UNSEEN, findings

IMAGE = "01JDXT5A7N0000000000000001"
OPEN = f"/v1/images/{IMAGE}"


@pytest.fixture
def gateway(stores: Stores) -> Gateway:  # noqa: ARG001
    """The API over empty stores."""
    return Gateway()


def test_a_call_that_no_need_grants_fails_where_it_is_made(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(aws_calls.NEEDS, "search-api", (Need.CATALOG_BATCH, Need.FINGERPRINTS_READ))
    with pytest.raises(NotGrantedError, match=r"search-api .*GetItem.*catalog"):
        gateway.request("GET", OPEN)


def test_a_call_that_a_need_grants_is_remembered(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CALLS, "seen", set())
    assert gateway.request("GET", OPEN).status == 404
    assert CALLS.seen == {Use("search-api", "dynamodb:GetItem", Resource.CATALOG)}


def test_what_a_test_does_by_itself_is_nobodys(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CALLS, "seen", set())
    with pytest.raises(NotFoundError):
        bootstrap.catalog().get(ImageId(IMAGE))
    stores.s3.list_buckets()
    assert CALLS.seen == set()


def test_the_parts_of_a_transaction_are_asked_for_one_by_one() -> None:
    items = [{"Put": {"TableName": FINGERPRINTS}}, {"ConditionCheck": {"TableName": CATALOG}}]
    assert set(asked_of("dynamodb", "TransactWriteItems", {"TransactItems": items})) == {
        Asked("dynamodb:PutItem", FINGERPRINTS),
        Asked("dynamodb:ConditionCheckItem", CATALOG),
    }


def test_versions_and_indexes_are_asked_for_as_iam_has_them() -> None:
    version = {"Bucket": ORIGINALS, "Key": "originals/a", "VersionId": "1"}
    assert list(asked_of("s3", "HeadObject", version)) == [
        Asked("s3:GetObjectVersion", ORIGINALS, "originals/a")
    ]
    query = {"TableName": CATALOG, "IndexName": "gsi2"}
    assert list(asked_of("dynamodb", "Query", query)) == [Asked("dynamodb:Query", CATALOG, "gsi2")]


def test_a_grant_that_nothing_used_is_found_unless_it_is_used_unseen() -> None:
    idle = Use("search-api", "dynamodb:Scan", Resource.CATALOG)
    unseen = Use("search-api", "kms:Decrypt", Resource.KEY)
    assert findings(set(), {idle, unseen}, {"* kms:* key *": "S3"}) == [
        "granted and never used: search-api dynamodb:Scan catalog "
    ]
    assert findings({idle}, {idle, unseen}, {"* kms:* key *": "S3"}) == []


def test_an_exception_for_what_nobody_has_is_found() -> None:
    used = Use("search-api", "kms:Decrypt", Resource.KEY)
    unseen = {"* kms:* key *": "S3", "* s3:GetGone *": "S3"}
    assert findings({used}, {used}, unseen) == ["an exception for nothing: * s3:GetGone *"]


def test_every_function_that_stores_anything_has_grants() -> None:
    assert {use.function for use in granted()} == set(aws_calls.NEEDS) - {"meta-api"}


def test_what_only_the_deployed_stage_is_said_to_use_is_a_step_there() -> None:
    lists = (test_permissions.GRANTS, test_upload_permissions.GRANTS, test_webhook_permissions.GRANTS)
    steps = {f"{function} {action}" for grants in lists for function, action, _ in grants}
    said = [" ".join(pattern.split(" ")[:2]) for pattern, where in UNSEEN.items() if where is IN_E2E]
    assert [pattern for pattern in said if not matching(steps, pattern)] == []
