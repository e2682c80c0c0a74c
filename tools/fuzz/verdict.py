"""What became of the files: counts, and everything that must not have happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_RSS_BYTES = 700_000_000


@dataclass
class Verdict:
    """The sum over one run.

    Attributes:
        files: Files that went through.
        accepted: Files that were taken and rendered to the end.
        codes: How often each code was among the reasons of a refusal.
        faults: Crashes, time-outs and refusals without a code, each with the number of its file.
        peak_rss_bytes: The most memory that a decoder's child held.
    """

    files: int = 0
    accepted: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    peak_rss_bytes: int = 0

    def add(self, number: int, answers: list[Mapping[str, Any]]) -> None:
        """Count one file by the answers of the tasks that saw it."""
        self.files += 1
        reasons = [reason for answer in answers for reason in answer["reasons"]]
        if all(answer["ok"] for answer in answers):
            self.accepted += 1
        elif not reasons or not all(reason["code"] and reason["text"] for reason in reasons):
            self.faults.append(f"file {number}: refused without a reason")
        self.codes.update({reason["code"] for reason in reasons})

    def fault(self, number: int, what: object) -> None:
        """Note a file that broke a handler."""
        self.files += 1
        self.faults.append(f"file {number}: {what!r}"[:500])

    @property
    def good(self) -> bool:
        """Whether nothing happened that must not."""
        return not self.faults and self.peak_rss_bytes <= MAX_RSS_BYTES

    def __str__(self) -> str:
        """A few lines for a person."""
        refused = self.files - self.accepted - len(self.faults)
        counts = f"{self.accepted} accepted, {refused} refused, {len(self.faults)} faults"
        codes = ", ".join(f"{code} {count}" for code, count in self.codes.most_common())
        largest = f"largest child {self.peak_rss_bytes / 1e6:.0f} MB"
        return "\n  ".join((f"{self.files} files: {counts}; {largest}", codes, *self.faults[:20]))
