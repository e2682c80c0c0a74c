from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from infra.config import StageConfig
from localcloud.front import LIMITS, application
from localcloud.home import ACCOUNT, Home

OUTPUTS = {"ApiId": "aa468204", "DistributionDomain": "dgd1jtngwbhslj.cloudfront.net"}


class Engine(ThreadingHTTPServer):
    """Stands where the engine listens and remembers what the front sends there."""

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), EngineHandler)
        self.seen: list[dict[str, Any]] = []
        self.mails: list[dict[str, Any]] = []


class EngineHandler(BaseHTTPRequestHandler):
    server: Engine

    def answer(self) -> None:
        length = int(self.headers.get("content-length", "0"))
        body = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append({"method": self.command, "path": self.path, "headers": headers, "body": body})
        content = b"from the engine"
        if self.path.startswith("/_ministack/ses/messages"):
            content = json.dumps({"messages": {ACCOUNT: self.server.mails}}).encode()
        self.send_response(207)
        self.send_header("content-length", str(len(content)))
        self.send_header("set-cookie", "a=1")
        self.send_header("set-cookie", "b=2")
        self.end_headers()
        self.wfile.write(content)

    do_GET = answer  # noqa: N815 - the name that http.server calls
    do_POST = answer  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Silence."""


@pytest.fixture
def engine(home: Home) -> Iterator[Engine]:
    home.folder.mkdir(exist_ok=True)
    home.outputs_file.write_text(json.dumps(OUTPUTS))
    server = Engine(home.engine_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def front(home: Home) -> Iterator[TestClient]:
    with TestClient(application(home), base_url=home.front_url, follow_redirects=False) as client:
        yield client


def test_the_start_page_links_to_every_part_and_says_what_is_not_proven(front: TestClient) -> None:
    page = front.get("/").text
    assert all(f'href="{path}"' in page for path in ("/gallery/", "/docs", "/mail"))
    for entry in json.loads(LIMITS.read_text())["not_proven"]:
        assert f"<td>{entry['what']}</td><td>{entry['instead']}</td>" in page


@pytest.mark.parametrize("path", ["/gallery/", "/docs", "/licence", "/pages/style.css", "/pages/docs.js"])
def test_pages_are_there_and_allow_no_foreign_script(front: TestClient, path: str) -> None:
    answer = front.get(path)
    assert answer.status_code == 200
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_the_address_that_public_files_name_is_a_page(front: TestClient) -> None:
    named = urlsplit(StageConfig.load("local").licence_url)
    assert "The address itself is none" in front.get(named.path).text


@pytest.mark.usefixtures("engine")
def test_own_pages_load_nothing_from_elsewhere(front: TestClient) -> None:
    for path in ("/", "/docs", "/licence", "/mail", "/pages/docs.js", "/pages/style.css"):
        text = front.get(path).text
        assert not any(start in text for start in ("http:", "https:", '"//', "(//")), path


def test_the_api_gets_the_request_as_it_was_sent(front: TestClient, engine: Engine, home: Home) -> None:
    headers = {"authorization": "Bearer token", "if-match": '"3"', "content-type": "application/json"}
    answer = front.post("/v1/images/a%2Fb/retry?q=x%20y&q=z", headers=headers, content=b'{"a": 1}')
    assert (answer.status_code, answer.text) == (207, "from the engine")
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    seen = engine.seen[0]
    assert (seen["method"], seen["path"]) == ("POST", "/v1/images/a%2Fb/retry?q=x%20y&q=z")
    assert seen["body"] == b'{"a": 1}'
    assert headers.items() <= seen["headers"].items()
    assert seen["headers"]["host"] == f"aa468204.execute-api.localhost:{home.engine_port}"


def test_pictures_come_from_the_distribution(front: TestClient, engine: Engine) -> None:
    front.get("/img/key/1/300.webp")
    assert engine.seen[0]["path"] == "/img/key/1/300.webp"
    assert engine.seen[0]["headers"]["host"] == OUTPUTS["DistributionDomain"]


@pytest.mark.parametrize("path", ["/v1/search", "/img/x.webp"])
def test_a_missing_engine_is_a_problem_to_retry(front: TestClient, home: Home, path: str) -> None:
    home.outputs_file.write_text(json.dumps(OUTPUTS))
    answer = front.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.headers["retry-after"] == "5"
    assert answer.json()["status"] == 503


def test_the_mail_of_an_engine_that_is_down_is_a_page_that_says_so_and_looks_again(front: TestClient) -> None:
    answer = front.get("/mail")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "lumenstock local status" in answer.text
    assert 'http-equiv="refresh"' in answer.text


def test_before_the_first_deployment_the_api_says_so(front: TestClient) -> None:
    assert "lumenstock local up" in front.get("/v1/search").json()["detail"]


def test_mail_is_shown_newest_first_and_escaped(front: TestClient, engine: Engine, home: Home) -> None:
    def mail(subject: str, at: float) -> dict[str, Any]:
        return {"To": ["a@b.test"], "Subject": subject, "BodyText": "Code <b>123456</b>", "Timestamp": at}

    engine.mails = [mail("<script>1</script>", 1795255200.5), mail("the newest", 1795258800.0)]
    page = front.get("/mail").text
    assert page.index("the newest") < page.index("&lt;script&gt;1")
    assert "<script>" not in page
    assert "<time>2026-11-21 10:00:00 UTC</time>" in page
    assert "Code &lt;b&gt;<mark>123456</mark>&lt;/b&gt;" in page
    assert engine.seen[0]["headers"]["authorization"] == f"Bearer {home.operator_secret}"


@pytest.mark.parametrize("host", ["evil.test", "localhost.evil.test:8080", "[::1]:8080", ""])
def test_a_name_that_is_not_ours_is_misdirected(front: TestClient, host: str) -> None:
    assert front.get("/mail", headers={"host": host}).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://evil.test"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}],
)
def test_pages_of_other_sites_write_nothing(
    front: TestClient, engine: Engine, headers: dict[str, str]
) -> None:
    assert front.post("/v1/auth/register", headers=headers, content=b"{}").status_code == 403
    assert engine.seen == []


def test_own_pages_write(front: TestClient, engine: Engine, home: Home) -> None:
    headers = {"origin": home.front_url, "sec-fetch-site": "same-origin"}
    assert front.post("/v1/auth/register", headers=headers, content=b"{}").status_code == 207
    assert engine.seen[0]["body"] == b"{}"
