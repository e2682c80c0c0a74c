from __future__ import annotations

import json
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.credentials import Account, Credentials
from cli.failure import Exit
from localcloud.home import REPOSITORY
from tests.cli.answers import Answer, problem
from tests.cli.marketplace import Marketplace
from tests.cli.running import Run


def test_the_session_is_kept_where_only_its_owner_reads_it(signed_in: Run, tmp_path: Path) -> None:
    file = tmp_path / "config" / "lumenstock" / "credentials.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert signed_in("whoami").out.strip() == "ada@example.org (Ada), contributor"


def test_signing_out_forgets_the_session_here_and_there(signed_in: Run, market: Marketplace) -> None:
    assert signed_in("logout").code == 0
    assert "POST /v1/auth/logout" in market.seen
    assert signed_in("whoami").code == 3


def test_a_session_that_cannot_be_renewed_asks_for_a_sign_in(
    signed_in: Run, market: Marketplace, tmp_path: Path
) -> None:
    market.end_session()
    file = tmp_path / "config" / "lumenstock" / "credentials.json"
    file.write_text(file.read_text().replace('"refresh"', '"old"'))
    ran = signed_in("whoami")
    assert ran.code == 3
    assert "The session has ended." in ran.err


def test_a_wrong_password_leaves_nobody_signed_in(run: Run) -> None:
    ran = run("login", "ada@example.org", "--password-stdin", stdin="wrong\n")
    assert ran.code == 3
    assert "E-mail or password is wrong." in ran.err
    assert run("whoami").code == 3


def test_registering_says_how_to_go_on(run: Run, market: Marketplace) -> None:
    ran = run("register", "ada@example.org", "--name", "Ada", "--password-stdin", stdin="a long password\n")
    assert ran.code == 0
    assert "lumenstock confirm ada@example.org CODE" in ran.out
    assert run("confirm", "ada@example.org", "123456").code == 0
    assert market.seen == ["POST /v1/auth/register", "POST /v1/auth/confirm"]


def test_status_shows_all_reasons_and_their_cure(signed_in: Run, market: Marketplace) -> None:
    market.announced["IMG7"] = {"title": "lake"}
    reasons = [
        {"code": "damaged", "text": "The file is damaged.", "needsNewUpload": True},
        {"code": "processing_failed", "text": "Something broke.", "needsNewUpload": False},
    ]
    market.fates["lake"] = [{"status": "processing_failed", "reasons": reasons}]
    ran = signed_in("status", "IMG7")
    assert ran.code == 0
    assert re.search(r"The file is damaged\..*needs a new upload", ran.out)
    assert re.search(r"Something broke\..*can be tried again", ran.out)


def test_status_says_that_a_picture_waits_for_a_moderator(signed_in: Run, market: Marketplace) -> None:
    market.announced["IMG7"] = {"title": "lake"}
    reason = {"code": "near_duplicate", "text": "It looks like your IMG6.", "needsNewUpload": False}
    market.fates["lake"] = [{"status": "pending_review", "reasons": [reason]}]
    ran = signed_in("status", "IMG7")
    assert re.search(r"near_duplicate; waits for a moderator", ran.out)


def test_search_asks_for_what_was_said(run: Run, market: Marketplace) -> None:
    ran = run(
        *("search", "red", "sunset", "--mode", "semantic", "--category", "nature"),
        *("--orientation", "portrait", "--color", "FFA500", "--page", "2", "--page-size", "5"),
    )
    assert ran.code == 0
    wanted = {"q": "red sunset", "mode": "semantic", "category": "nature", "orientation": "portrait"}
    wanted |= {"color": "FFA500", "page": "2", "page_size": "5"}
    assert market.queries == [{name: [value] for name, value in wanted.items()}]
    for shown in ("sunset over the sea", "01J00000000000000000000000", "1600x1200", "2.99", "at least 1"):
        assert shown in ran.out


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_search_tells_what_was_understood_and_what_was_perhaps_meant(
    run: Run, market: Marketplace, more: tuple[str, ...]
) -> None:
    note = {"topic": "orientation", "words": "portrait", "value": "portrait"}
    page = {"results": [], "total": 0, "total_relation": "eq", "page": 1, "degraded": False}
    market.faults["/v1/search"] = [Answer(200, page | {"understood": [note], "did_you_mean": "sunset"})]
    ran = run("search", "sunste", "portrait", *more)
    assert ran.code == 0
    assert "Understood “portrait” as orientation: portrait." in ran.err
    assert "Did you mean “sunset”?" in ran.err


@pytest.mark.parametrize("arguments", [("search", "sea"), ("similar", "01J00000000000000000000000")])
def test_json_results_are_one_object_a_line(run: Run, arguments: tuple[str, ...]) -> None:
    ran = run(*arguments, "--json")
    assert ran.code == 0
    assert [line["title"] for line in ran.lines] == ["sunset over the sea"]


def test_an_unknown_picture_is_refused_with_advice(signed_in: Run) -> None:
    ran = signed_in("status", "NOPE")
    assert ran.code == 5
    assert "No such image." in ran.err
    assert "lumenstock search" in ran.err


def test_a_passing_outage_is_waited_out(run: Run, market: Marketplace) -> None:
    market.faults["/v1/search"] = [problem(503, "unavailable", "Busy."), None]
    assert run("search", "sea").code == 0
    assert len(market.seen) == 3


def test_a_lasting_outage_ends_with_the_server_s_words(run: Run, market: Marketplace) -> None:
    market.faults["/v1/search"] = [problem(503, "search_unavailable", "No search here.")] * 9
    ran = run("search", "sea")
    assert ran.code == 4
    assert "No search here." in ran.err


def test_a_bug_of_the_server_is_not_asked_for_twice(run: Run, market: Marketplace) -> None:
    market.faults["/v1/search"] = [problem(500, "internal", "Internal error", request_id="abc=")]
    ran = run("search", "sea")
    assert ran.code == 4
    assert "request abc=" in ran.err
    assert "lumenstock local logs" in ran.err
    assert len(market.seen) == 1


def test_a_wrong_field_is_named(run: Run, market: Marketplace) -> None:
    wrong = {"pointer": "color", "code": "pattern", "detail": "Six hex digits, please."}
    market.faults["/v1/search"] = [problem(422, "validation_failed", "Validation failed", errors=[wrong])]
    ran = run("search", "sea", "--color", "orangeish")
    assert ran.code == 5
    assert "color: Six hex digits, please." in ran.err


def test_nobody_answering_says_how_to_start(run: Run) -> None:
    ran = run("search", "sea", "--api", "http://127.0.0.1:9")
    assert ran.code == 4
    assert "lumenstock local up" in ran.err


def test_another_service_at_the_address_is_called_by_its_name(run: Run, market: Marketplace) -> None:
    market.faults["/v1/search"] = [Answer(200, {"hello": "world"})]
    ran = run("search", "sea")
    assert ran.code == 4
    assert "does not answer as this version of the API does" in ran.err


def test_an_address_without_a_scheme_is_wrong_usage(run: Run) -> None:
    assert run("search", "sea", "--api", "localhost:8080").code == 2


@pytest.mark.parametrize("code", Exit)
def test_help_and_page_list_every_exit_code(run: Run, code: Exit) -> None:
    page = (REPOSITORY / "docs" / "cli.md").read_text(encoding="utf-8")
    assert re.search(rf"(?<!\d){code.value} [a-z]", run("--help").out)
    assert f"\n| {code.value} | " in page


def test_whoami_speaks_json(signed_in: Run) -> None:
    assert json.loads(signed_in("whoami", "--json").out)["displayName"] == "Ada"


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (("confirm", "ada@example.org", "123456"), "/v1/auth/confirm"),
        (("register", "ada@example.org", "--name", "Ada", "--password-stdin"), "/v1/auth/register"),
    ],
    ids=["confirm", "register"],
)
def test_what_counts_once_is_not_sent_again_when_its_answer_is_lost(
    run: Run, market: Marketplace, command: tuple[str, ...], path: str
) -> None:
    market.faults[path] = [None]
    assert run(*command, stdin="correct horse 1\n").code == Exit.SERVICE_FAILED
    assert market.seen == [f"POST {path}"]


def test_who_signs_in_at_many_places_at_once_is_signed_in_at_all(tmp_path: Path) -> None:
    file = tmp_path / "lumenstock" / "credentials.json"
    apis = [f"https://{number}.example" for number in range(40)]
    ends = datetime(2026, 1, 2, tzinfo=UTC)

    def sign_in(api: str) -> None:
        account = Account(email="ada@example.org", access_token=api, refresh_token="r", expires_at=ends)
        Credentials(file).put(api, account)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(sign_in, apis))
    kept = [Credentials(file).get(api) for api in apis]
    assert [account.access_token for account in kept if account] == apis
