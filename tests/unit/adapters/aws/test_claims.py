"""Who owns a file's content when many ask at once, on a real DynamoDB: moto would let several win."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from lumenstock import bootstrap
from lumenstock.adapters.aws.catalog import DynamoCatalog
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import DEAD, Status
from lumenstock.kernel.ids import ImageId
from tests.conftest import Stores
from tests.unit.search.images import image

pytestmark = pytest.mark.dynamodb_local

UPLOADS, ROUNDS = 16, 50


@pytest.fixture
def catalog(real_stores: Stores) -> DynamoCatalog:  # noqa: ARG001 - its tables
    return bootstrap.catalog()


def uploads(catalog: DynamoCatalog, count: int = UPLOADS) -> list[Image]:
    """Images in processing, whose files are all the same."""
    rows = [image(number, status=Status.PROCESSING, version=1) for number in range(1, count + 1)]
    for row in rows:
        catalog.create(row)
    return rows


def sha256(number: int) -> str:
    return f"{number:064x}"


def claim_at_once(
    catalog: DynamoCatalog, pool: ThreadPoolExecutor, sha256: str, who: Sequence[Image]
) -> set[ImageId]:
    """All claim in the same moment; whom they were told to be the owner."""
    ready = Barrier(len(who))

    def wait_and_claim(row: Image) -> ImageId:
        ready.wait()
        return catalog.claim(sha256, row.id)

    return set(pool.map(wait_and_claim, who))


def test_sixteen_identical_uploads_at_once_have_one_owner_in_each_of_fifty_rounds(
    catalog: DynamoCatalog,
) -> None:
    rows = uploads(catalog)
    with ThreadPoolExecutor(UPLOADS) as pool:
        owners = [claim_at_once(catalog, pool, sha256(number), rows) for number in range(ROUNDS)]
    assert [len(told) for told in owners] == [1] * ROUNDS


@pytest.mark.parametrize("death", sorted(DEAD))
def test_when_the_owner_dies_one_of_many_becomes_the_owner(catalog: DynamoCatalog, death: Status) -> None:
    owner, *heirs = uploads(catalog)
    same = sha256(0)
    assert catalog.claim(same, owner.id) == owner.id
    with ThreadPoolExecutor(UPLOADS) as pool:
        assert claim_at_once(catalog, pool, same, heirs) == {owner.id}
        catalog.update(owner.id, lambda row: replace(row.changed(), status=death))
        (heir,) = claim_at_once(catalog, pool, same, heirs)
    assert heir != owner.id
    catalog.update(owner.id, lambda row: replace(row.changed(), status=Status.PROCESSING))
    assert catalog.claim(same, owner.id) == heir
