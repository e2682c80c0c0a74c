"""Who asks a search domain says so by the signature of its role; nobody else's OpenSearch is told anything."""

from __future__ import annotations

import pytest
import requests

from lumenstock.adapters.aws.signing import signer_for
from lumenstock.kernel.errors import ConfigurationError

DOMAIN = "https://vpc-lumenstock-dev.us-east-1.es.amazonaws.com"


@pytest.fixture(autouse=True)
def _role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)


def test_requests_to_a_domain_are_signed_for_its_service_and_region() -> None:
    request = requests.Request(
        "POST", f"{DOMAIN}/img-read/_search", data=b"{}", auth=signer_for(DOMAIN)
    ).prepare()
    signed = str(request.headers["Authorization"])
    assert signed.startswith("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/")
    assert "/us-east-1/es/aws4_request" in signed
    assert request.headers["x-amz-security-token"] == "token"


def test_an_engine_on_this_machine_is_not_shown_a_signature() -> None:
    assert signer_for("http://127.0.0.1:9200") is None


def test_without_a_region_nothing_can_be_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with pytest.raises(ConfigurationError):
        signer_for(DOMAIN)
