"""Who can reach the local cloud, and what it shows to whom."""

from __future__ import annotations

from contextlib import suppress

import httpx
import psutil
import pytest

from localcloud import engine
from localcloud.cloud import front
from localcloud.coverage import check, table, templates
from localcloud.home import Home
from tests.e2e.stage import Person, Stage
from tests.e2e.workers import workers


@pytest.fixture
def home(cloud: Stage) -> Home:
    if cloud.home is None:
        pytest.skip("only the local cloud runs on this machine")
    return cloud.home


def processes(home: Home) -> list[psutil.Process]:
    """Engine, front, and everything that they started."""
    pids = [pid for daemon in (engine.daemon(home), front(home)) if (pid := daemon.pid())]
    assert len(pids) == 2
    parents = [psutil.Process(pid) for pid in pids]
    return [*parents, *(child for parent in parents for child in parent.children(recursive=True))]


def test_all_our_processes_listen_on_loopback_only(home: Home, contributor: Person) -> None:
    assert contributor.api.get("/v1/auth/me").is_success  # a worker runs
    ours = processes(home)
    assert len(ours) > 2
    listening = set()
    for process in ours:
        with suppress(psutil.NoSuchProcess):  # it ended by itself
            sockets = process.net_connections("inet")
            listening |= {
                each.laddr for each in sockets if each.status == psutil.CONN_LISTEN or not each.raddr
            }
    assert listening == {("127.0.0.1", home.engine_port), ("127.0.0.1", home.front_port)}


def test_workers_inherit_neither_the_operators_secret_nor_the_callers_environment(
    home: Home, contributor: Person
) -> None:
    assert contributor.api.get("/v1/auth/me").is_success
    environments = [worker.environment for worker in workers(home)]
    assert environments
    for environment in environments:
        assert home.operator_secret not in environment.values()
        assert not {"VIRTUAL_ENV", "PYTEST_CURRENT_TEST"} & environment.keys()


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {"host": "evil.test"}, 421),
        ("GET", {"host": "rebound.evil.test:4566"}, 421),
        ("GET", {"origin": "http://evil.test"}, 403),
        ("POST", {"origin": "http://evil.test", "content-type": "text/plain"}, 403),
        ("OPTIONS", {"origin": "http://evil.test", "access-control-request-method": "POST"}, 403),
    ],
)
def test_a_hostile_page_reaches_no_control_plane(
    home: Home, method: str, headers: dict[str, str], status: int
) -> None:
    answer = httpx.request(method, f"{home.engine_url}/2015-03-31/functions", headers=headers)
    assert answer.status_code == status
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "host", ["{api}.execute-api", "zzz.execute-api", "12345678.execute-api", "aa.cloudfront"]
)
@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("GET", "/2015-03-31/functions", ""),
        ("GET", "/v2/email/account", ""),
        ("GET", "/iceberg/v1/config", ""),
        ("GET", "/v20180820/accesspoint", ""),
        ("POST", "/", "DynamoDB_20120810.ListTables"),
        ("POST", "/v1/search", "DynamoDB_20120810.ListTables"),
        ("OPTIONS", "/2015-03-31/functions", ""),
    ],
)
def test_no_name_and_no_token_makes_a_page_the_operator(
    home: Home, cloud: Stage, host: str, method: str, path: str, operation: str
) -> None:
    name = f"{host.format(api=cloud.outputs['ApiId'])}.localhost:{home.engine_port}"
    headers = {"host": name, "origin": "http://evil.test", "x-amz-target": operation}
    if method == "OPTIONS":
        headers |= {
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization",
        }
    for shown in (
        "",
        "x",
        "Bearer x",
        "Basic eDp5",
        "Bearer Credential=test/20261121/us-east-1/lambda/aws4_request",
    ):
        shows = {"authorization": shown} if shown else {}
        answer = httpx.request(method, f"{home.engine_url}{path}", headers=headers | shows, content=b"{}")
        assert answer.status_code in {401, 403, 404, 405}, (shown, answer.text)
        assert answer.headers.get("access-control-allow-origin") != "*"


def test_a_hostile_page_reaches_no_front(home: Home) -> None:
    assert httpx.get(f"{home.front_url}/mail", headers={"host": "evil.test"}).status_code == 421
    url = f"{home.front_url}/v1/auth/register"
    assert httpx.post(url, headers={"origin": "http://evil.test"}, content=b"{}").status_code == 403


def test_the_deployed_templates_are_covered_and_the_table_holds_nothing_else(home: Home) -> None:
    stacks = templates(home.folder / "cdk.out")
    check(stacks.values())
    used = {
        (resource["Type"], name)
        for stack in stacks.values()
        for resource in stack["Resources"].values()
        for name in (*resource.get("Properties", {}), "")
    }
    listed = {
        (kind, name)
        for kind, row in table().items()
        for name in (*row.engine, *row.applied, *row.ignored, "")
    }
    assert listed - used == set()


def test_the_http_api_answers_the_preflight_of_the_front(cloud: Stage, home: Home) -> None:
    api = cloud.operator.apis.get_api(ApiId=cloud.outputs["ApiId"])
    assert api["CorsConfiguration"]["AllowOrigins"] == [home.front_url]


def test_idempotency_rows_expire(cloud: Stage) -> None:
    tables = cloud.operator.dynamodb.list_tables()["TableNames"]
    idempotency = next(name for name in tables if "Idempotency" in name)
    described = cloud.operator.dynamodb.describe_time_to_live(TableName=idempotency)
    assert described["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED"
