from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.conftest import ACCOUNTS, Stores
from tests.functions.gateway import Answer, Gateway, Person
from tests.identity import CODE, FakeIdentity

ANA: dict[str, Any] = {
    "email": "ana@example.com",
    "password": "Sunset-over-7-seas",
    "displayName": "Ana Lima",
    "role": "contributor",
}


def register(gateway: Gateway, **changes: object) -> Answer:
    return gateway.request("POST", "/v1/auth/register", json={**ANA, **changes})


def confirm(gateway: Gateway, code: str = CODE, email: str = ANA["email"]) -> Answer:
    return gateway.request("POST", "/v1/auth/confirm", json={"email": email, "code": code})


def login(gateway: Gateway, email: str = ANA["email"], password: str = ANA["password"]) -> Answer:
    return gateway.request("POST", "/v1/auth/login", json={"email": email, "password": password})


def without_request(answer: Answer) -> tuple[int, dict[str, Any], dict[str, str]]:
    return answer.status, answer.json() if answer.body else {}, dict(answer.headers)


def test_a_person_registers_confirms_signs_in_and_is_known(gateway: Gateway, identity: FakeIdentity) -> None:
    assert register(gateway).status == 202
    assert confirm(gateway).status == 204
    tokens = login(gateway).json()
    assert (tokens["expiresIn"], tokens["tokenType"]) == (900, "Bearer")
    person = Person(identity.members[ANA["email"]].id, ("contributor",))
    me = gateway.request("GET", "/v1/auth/me", person=person).json()
    assert datetime.fromisoformat(me.pop("createdAt")).tzinfo is not None
    assert me == {
        "id": person.id,
        "email": ANA["email"],
        "displayName": "Ana Lima",
        "roles": ["contributor"],
    }


@pytest.mark.usefixtures("identity")
def test_registering_a_known_and_an_unknown_email_is_answered_alike(gateway: Gateway) -> None:
    first = register(gateway)
    confirm(gateway)
    assert without_request(register(gateway)) == without_request(first)
    assert without_request(register(gateway, password="Another-passw0rd")) == without_request(first)
    assert without_request(register(gateway, email="new@example.com")) == without_request(first)


@pytest.mark.usefixtures("identity")
def test_signing_in_to_a_known_an_unknown_and_an_unconfirmed_account_is_refused_alike(
    gateway: Gateway,
) -> None:
    register(gateway)
    unconfirmed = login(gateway)
    confirm(gateway)
    wrong = login(gateway, password="Wrong-passw0rd")
    unknown = login(gateway, email="nobody@example.com")
    assert without_request(unconfirmed) == without_request(wrong) == without_request(unknown)
    assert unknown.code == "not_authenticated"


@pytest.mark.usefixtures("identity")
def test_a_wrong_code_an_unknown_email_and_a_second_confirmation_are_refused_alike(gateway: Gateway) -> None:
    register(gateway)
    wrong = confirm(gateway, code="654321")
    unknown = confirm(gateway, email="nobody@example.com")
    assert confirm(gateway).status == 204
    assert without_request(wrong) == without_request(unknown) == without_request(confirm(gateway))
    assert wrong.code == "validation_failed"


def test_an_email_is_the_same_in_any_case(gateway: Gateway, identity: FakeIdentity) -> None:
    register(gateway, email="Ana@Example.COM")
    assert list(identity.members) == [ANA["email"]]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("role", "admin"),
        ("role", "Contributor"),
        ("email", "ana"),
        ("email", "ana@localhost"),
        ("email", "ana..lima@example.com"),
        ("email", 'ana"@example.com'),
        ("email", "ana@exa mple.com"),
        ("password", "short-1A"),
        ("password", "nouppercase-1"),
        ("displayName", " "),
        ("displayName", "A\u202eB"),
        ("displayName", "x" * 61),
        ("admin", True),
    ],
)
@pytest.mark.usefixtures("identity")
def test_a_wrong_field_is_refused_and_not_repeated(gateway: Gateway, field: str, value: object) -> None:
    answer = register(gateway, **{field: value})
    assert answer.code == "validation_failed"
    assert [item["pointer"] for item in answer.json()["errors"]] == [f"/{field}"]
    if field == "password":
        assert str(value) not in answer.body


@pytest.mark.usefixtures("identity")
def test_a_weak_password_is_refused_alike_for_known_and_unknown_emails(gateway: Gateway) -> None:
    """If the provider looked first, a known e-mail would answer 202 where a new one answers 422."""
    unknown = register(gateway, password="nosymbols1A")
    register(gateway)
    assert without_request(register(gateway, password="nosymbols1A")) == without_request(unknown)


def signed_in(gateway: Gateway, identity: FakeIdentity) -> tuple[Person, str]:
    register(gateway)
    confirm(gateway)
    refresh_token = login(gateway).json()["refreshToken"]
    return Person(identity.members[ANA["email"]].id, ("contributor",)), refresh_token


def refresh(gateway: Gateway, token: str) -> Answer:
    return gateway.request("POST", "/v1/auth/refresh", json={"refreshToken": token})


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_a_session_goes_on_until_signed_out(gateway: Gateway, identity: FakeIdentity, scheme: str) -> None:
    person, token = signed_in(gateway, identity)
    assert refresh(gateway, token).json()["refreshToken"] == token
    headers = {"authorization": f"{scheme} token-of-{person.id}"}
    assert gateway.request("POST", "/v1/auth/logout", headers=headers, person=person).status == 204
    assert refresh(gateway, token).code == "not_authenticated"


def test_signing_out_one_session_leaves_the_others(gateway: Gateway, identity: FakeIdentity) -> None:
    person, first = signed_in(gateway, identity)
    second = login(gateway).json()["refreshToken"]
    for _ in range(2):
        answer = gateway.request("POST", "/v1/auth/logout", json={"refreshToken": first}, person=person)
        assert answer.status == 204
    assert refresh(gateway, first).status == 401
    assert refresh(gateway, second).status == 200


def test_signing_out_without_a_token_of_ours_is_refused_by_the_gateway(gateway: Gateway) -> None:
    assert gateway.request("POST", "/v1/auth/logout").status == 401


def test_who_signs_in_elsewhere_gets_a_profile_with_the_first_look(
    gateway: Gateway, identity: FakeIdentity, stores: Stores
) -> None:
    register(gateway)
    confirm(gateway)
    person = Person(identity.members[ANA["email"]].id, ("contributor",))
    bodies = {gateway.request("GET", "/v1/auth/me", person=person).body for _ in range(2)}
    assert len(bodies) == 1
    (item,) = stores.dynamodb.scan(TableName=ACCOUNTS)["Items"]
    assert (item["pk"], item["sk"]) == ({"S": f"USR#{person.id}"}, {"S": "PROFILE"})


@pytest.mark.usefixtures("identity")
def test_no_answer_of_this_service_may_be_stored(gateway: Gateway) -> None:
    register(gateway)
    confirm(gateway)
    assert login(gateway).headers["cache-control"] == "no-store"


@pytest.mark.usefixtures("identity")
def test_the_log_names_nobody(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    register(gateway)
    confirm(gateway)
    login(gateway)
    login(gateway, password="Wrong-passw0rd")
    logged = " ".join(str(vars(record)) for record in caplog.records if record.name != "botocore")
    for secret in ("ana@", "Ana", ANA["password"], "Wrong-passw0rd", CODE):
        assert secret not in logged
