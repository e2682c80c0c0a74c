from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from functions.search import api
from lumenstock import bootstrap
from lumenstock.search.ports import SearchIndex
from tests.conftest import forget_cached
from tests.functions.gateway import Answer, Gateway
from tests.unit.search.models import FewWords

MEDIA = "https://cdn.example/img"

Get = Callable[..., Answer]


@pytest.fixture
def get(set_stage: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Get]:
    """Sends GET requests to the search service of a stage with an embedded index: path, headers, query."""
    set_stage(
        SEARCH_ENGINE="embedded",
        SEARCH_DIR=str(tmp_path / "search"),
        MEDIA_BASE_URL=MEDIA,
        ENCODE_DEADLINE_MS="30000",
        PRICES='{"standard": 299, "enhanced": 1499}',
    )
    monkeypatch.setattr(bootstrap, "cursor_secret", lambda: b"a secret")
    monkeypatch.setattr(bootstrap, "embedder", FewWords)
    forget_cached(api)
    yield _get
    forget_cached(api)


@pytest.fixture
def index(get: Get) -> SearchIndex:  # noqa: ARG001 - the service says which index
    """The index that the service answers from."""
    return bootstrap.search_index()


def _get(path: str, headers: dict[str, str] | None = None, **query: object) -> Answer:
    return Gateway().request("GET", f"{path}?{urlencode(query)}", headers=headers)
