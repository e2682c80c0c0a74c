"""The way to an OpenSearch: plain on this machine, signed on AWS."""

from __future__ import annotations

from opensearchpy import OpenSearch, RequestsHttpConnection
from requests.auth import AuthBase

_TIMEOUT_S = 20  # a search takes 50 ms; a bulk of 5 MB on a small node takes seconds
_CONNECTIONS = 10


def connect(address: str, signer: AuthBase | None = None) -> OpenSearch:
    """A client of the OpenSearch at ``address``; what fails is tried again by those who know whether to."""
    return OpenSearch(
        address,
        http_auth=signer,
        connection_class=RequestsHttpConnection,
        pool_maxsize=_CONNECTIONS,
        timeout=_TIMEOUT_S,
        max_retries=0,
        http_compress=True,
    )
