"""Requests to a search domain carry the signature of the function's role (SigV4)."""

from __future__ import annotations

import boto3
from requests_aws4auth import AWS4Auth

from lumenstock.kernel.errors import ConfigurationError

_SERVICE = "es"  # the name that OpenSearch domains kept


def signer_for(address: str) -> AWS4Auth | None:
    """What signs requests to ``address``; None for one without TLS, which only this machine has.

    Raises:
        ConfigurationError: There are no credentials, or no region.
    """
    if not address.startswith("https://"):
        return None
    session = boto3.Session()
    credentials = session.get_credentials()
    if credentials is None or session.region_name is None:
        raise ConfigurationError("The search domain needs AWS credentials and a region.")
    return AWS4Auth(region=session.region_name, service=_SERVICE, refreshable_credentials=credentials)
