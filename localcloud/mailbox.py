"""The mail that the emulated Cognito and SES would have sent, for a person to read."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from localcloud.home import ACCOUNT, Home

_TAG = re.compile(r"<[^>]*>")
_CODE = re.compile(r"\b\d{6}\b")


@dataclass(frozen=True, slots=True)
class Mail:
    """One message.

    Attributes:
        to: Receivers, separated by commas.
        subject: Subject line.
        text: Body as plain text.
        sent_at: When it was sent, in UTC.
    """

    to: str
    subject: str
    text: str
    sent_at: datetime

    @classmethod
    def of(cls, record: dict[str, Any]) -> Mail:
        """Read one entry of the engine's list."""
        body = record.get("BodyText") or html.unescape(_TAG.sub(" ", record.get("BodyHtml") or ""))
        to = ", ".join(record.get("To", []))
        sent_at = datetime.fromtimestamp(record["Timestamp"], UTC)
        return cls(to, record.get("Subject", ""), body.strip(), sent_at)

    def as_html(self) -> str:
        """An article with everything escaped; six-digit codes stand out."""
        text = _CODE.sub(r"<mark>\g<0></mark>", html.escape(self.text))
        at = f"{self.sent_at:%Y-%m-%d %H:%M:%S} UTC"
        return (
            f"<article><header><strong>{html.escape(self.subject)}</strong>"
            f"<span>to {html.escape(self.to)}</span><time>{at}</time></header><p>{text}</p></article>"
        )


async def outbox(home: Home, upstream: httpx.AsyncClient) -> Sequence[Mail]:
    """All mail since the engine's start, newest first; a stop empties it.

    Raises:
        httpx.HTTPError: The engine does not answer.
    """
    answer = await upstream.get(
        f"{home.engine_url}/_ministack/ses/messages",
        params={"account": ACCOUNT},
        headers={"authorization": f"Bearer {home.operator_secret}"},
    )
    answer.raise_for_status()
    records = answer.json()["messages"].get(ACCOUNT, [])
    return sorted(map(Mail.of, records), key=lambda mail: mail.sent_at, reverse=True)
