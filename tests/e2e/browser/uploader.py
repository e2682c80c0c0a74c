"""A person with Uppy's Dashboard in a tab: chooses a file, sends it, loses the network, reloads the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Response, ViewportSize, expect

from tests.e2e.browser.bundle import Bundle
from tests.e2e.browser.line import Line

_PART = re.compile(r"[?&]partNumber=(\d+)")
_GO_ON = re.compile("^(Upload|Resume)")
_PATIENCE_MS = 60_000
# The styles as a constructed sheet: the page's own policy allows no inline ones. Errors are noted in the page,
# as Uppy 6 reads no body of theirs, and a body that nobody reads never comes to an end.
_START = """({endpoint, styles, multipart, chunkBytes}) => {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(styles)
  document.adoptedStyleSheets = [sheet]
  document.body.innerHTML = '<main id="uploads"></main>'
  window.happened = []
  window.refused = []
  const send = window.fetch
  window.fetch = async (...request) => {
    const answer = await send(...request)
    if (!answer.ok) refused.push({status: answer.status, url: answer.url, problem: await answer.clone().json()})
    return answer
  }
  const options = {shouldUseMultipart: multipart, ...(chunkBytes && {getChunkSize: () => chunkBytes})}
  window.uppy = guide.uploader('#uploads', endpoint, options)
  for (const name of ['restored', 'upload-success', 'upload-error', 'complete'])
    uppy.on(name, (file, outcome) => happened.push({name, outcome: outcome?.body ?? String(outcome)}))
}"""


@dataclass(frozen=True)
class Refusal:
    """An error that the page got from the service."""

    status: int
    url: str
    problem: dict[str, Any]


class Uploader:
    """One tab on a page of the front. No request is intercepted: then Chromium would ask for no preflight."""

    def __init__(self, browser: Browser, line: Line, address: str, bundle: Bundle) -> None:
        """Open ``address`` over ``line``, in a profile of its own."""
        size: ViewportSize = {"width": 900, "height": 640}
        self._context = browser.new_context(viewport=size, proxy={"server": line.address})
        self.tab: Page = self._context.new_page()
        self._answers: list[str] = []
        self.parts_taken: list[int] = []
        self._bundle = bundle
        self._line = line
        self.tab.on("response", self._note)
        self.tab.goto(address)

    def close(self) -> None:
        """End the profile."""
        self._context.close()

    def start(self, endpoint: str, *, multipart: bool = True, chunk_bytes: int | None = None) -> None:
        """Show the guide's uploader for a session, with changes to its options that a site may make."""
        self.tab.evaluate(self._bundle.script)
        options = {"endpoint": endpoint, "multipart": multipart, "chunkBytes": chunk_bytes}
        self.tab.evaluate(_START, {**options, "styles": self._bundle.styles})

    def choose(self, picture: Path) -> None:
        """Choose a file."""
        self.tab.locator("input[type=file]").first.set_input_files(picture)

    def press(self, label: str | re.Pattern[str]) -> None:
        """Press a button of the Dashboard."""
        self.tab.get_by_role("button", name=label).first.click()

    def retry_if_asked(self) -> None:
        """Press "Retry" where the Dashboard asks for it: Uppy 6 does, Uppy 5 goes on by itself."""
        retry = self.tab.get_by_role("button", name="Retry upload")
        self.wait_until(lambda: retry.count() > 0 or self._happened("upload-success"))
        if retry.count():
            retry.first.click()

    def resume_what_was_restored(self) -> None:
        """Agree to go on with what Golden Retriever kept."""
        expect(self.tab.get_by_text("Session restored").first).to_be_visible()
        self.press(_GO_ON)

    def reload(self) -> None:
        """Load the page again. What was in flight is lost."""
        self.tab.reload()

    def cut(self) -> None:
        """Lose the network: what is in flight fails, and the page is told that it is offline."""
        self._line.cut()
        self._context.set_offline(offline=True)
        expect(self.tab.get_by_text("No internet connection").first).to_be_visible()

    def reconnect(self) -> None:
        """Have the network again."""
        self._line.mend()
        self._context.set_offline(offline=False)

    def wait_for_parts(self, count: int) -> None:
        """Wait until S3 has taken ``count`` parts."""
        self.wait_until(lambda: len(self.parts_taken) >= count)

    def outcome(self) -> Any:
        """Wait until the upload succeeded; what the service answered to its completion."""
        self.wait_until(lambda: self._happened("upload-success"))
        return self.tab.evaluate("happened.find(({name}) => name === 'upload-success').outcome")

    def failure(self) -> str:
        """Wait until the upload failed; what Uppy says about it."""
        self.wait_until(lambda: self._happened("upload-error"))
        return str(self.tab.evaluate("happened.find(({name}) => name === 'upload-error').outcome"))

    def refusals(self) -> list[Refusal]:
        """The errors that the service answered since the page was loaded."""
        return [Refusal(**refusal) for refusal in self.tab.evaluate("refused")]

    def wait_until(self, done: Callable[[], bool]) -> None:
        """Let the page work until ``done``."""
        for _ in range(_PATIENCE_MS // 50):
            if done():
                return
            self.tab.wait_for_timeout(50)
        raise AssertionError(f"not within {_PATIENCE_MS} ms; the last answers were {self._answers[-8:]}")

    def _happened(self, name: str) -> bool:
        return bool(self.tab.evaluate("wanted => happened.some(({name}) => name === wanted)", name))

    def _note(self, response: Response) -> None:
        request = response.request
        part = _PART.search(response.url)
        if part and request.method == "PUT" and response.ok:
            self.parts_taken.append(int(part[1]))
        elif not response.url.startswith("blob:"):
            self._answers.append(f"{response.status} {request.method} {response.url}")
