from __future__ import annotations

from itertools import islice

import pytest
from botocore.exceptions import ClientError

from lumenstock import bootstrap
from lumenstock.adapters.aws.parallel_scan import scan_images
from lumenstock.catalog.store import VectorItem
from tests.conftest import CATALOG, Stores
from tests.unit.search.images import image


def test_every_image_comes_once_and_nothing_else(stores: Stores) -> None:
    rows = [image(number) for number in range(1, 41)]
    for row in rows:
        bootstrap.catalog().create(row)
    bootstrap.catalog().put_vector(rows[0].id, VectorItem("demo@1", b"\0" * 1536, 1))
    found = list(scan_images(stores.dynamodb, CATALOG, segments=4))
    assert sorted(row.id for row in found) == [row.id for row in rows]


def test_who_has_enough_can_stop(stores: Stores) -> None:
    for number in range(1, 21):
        bootstrap.catalog().create(image(number))
    assert len(list(islice(scan_images(stores.dynamodb, CATALOG, segments=4), 3))) == 3


def test_a_scan_that_fails_is_not_taken_for_the_end(stores: Stores) -> None:
    with pytest.raises(ClientError):
        list(scan_images(stores.dynamodb, "another", segments=2))
