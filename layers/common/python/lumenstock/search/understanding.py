"""Plain words that say what a filter says, such as "no people": rules, few and narrow.

A rule takes words only where they can hardly mean anything else. "Red car" stays words, since the car is to
be red and not the picture; "a portrait" stays words, since it is a kind of photo; "in red tones" and
"portrait format" are about the picture.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from lumenstock.search.colors import BUCKETS
from lumenstock.search.ports import Filters


class Topic(StrEnum):
    """What a rule is about; each applies once."""

    PEOPLE = "people"
    ORIENTATION = "orientation"
    COLOR = "color"
    SIZE = "size"


@dataclass(frozen=True, slots=True)
class Understood:
    """Words that were taken for something else.

    Attributes:
        words: As they were written.
        value: What they were taken for, such as ``0``, ``portrait``, ``#E02020`` or ``3840``.
    """

    topic: Topic
    words: str
    value: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A text, understood.

    Attributes:
        text: The words that are left.
        excluded: Words that must not be there.
    """

    text: str
    filters: Filters
    excluded: tuple[str, ...]
    understood: tuple[Understood, ...]


_COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBERS = {name: count for count, name in enumerate(_COUNTED, start=1)}
_NAMED = {name: bucket for bucket, name in BUCKETS.items()} | {"gray": "#808080"}
_ORIENTATIONS = {"vertical": "portrait", "horizontal": "landscape"}
_WIDTHS_PX = {"full hd": 1920, "4k": 3840, "8k": 7680}

_COLOR_NAMES = "|".join(sorted(_NAMED, key=len, reverse=True))
_NOBODY = re.compile(r"\b(?:no|without(?: any)?) (?:people|persons?|humans?)\b|\bnobody\b", re.IGNORECASE)
_SOME = re.compile(
    rf"\b(?:with )?(?P<count>\d{{1,2}}|{'|'.join(_NUMBERS)}) (?:people|persons?)\b", re.IGNORECASE
)
_SHAPE = re.compile(
    r"\b(?:in )?(?:(?P<any>portrait|landscape)[ -](?:orientation|format)"
    r"|(?P<shape>vertical|horizontal|square)[ -](?:orientation|format|pictures?|images?|photos?))\b",
    re.IGNORECASE,
)
_COLOR = re.compile(
    rf"\b(?:mostly|mainly) (?P<most>{_COLOR_NAMES})\b"
    rf"|\b(?:in )?(?P<of>{_COLOR_NAMES}) (?:tones?|colou?rs?|hues?|palette)\b",
    re.IGNORECASE,
)
_SIZE = re.compile(
    r"\bin (?P<name>full hd|4k|8k)\b|\bat least (?P<px>\d{2,5}) ?(?:px|pixels)(?: wide)?\b", re.IGNORECASE
)

# Where no model counts people, words have to say it.
_PEOPLE_WORDS = (
    *("people", "person", "human", "crowd", "man", "men", "woman", "women", "child", "children"),
    *("baby", "boy", "girl", "kid", "bride", "groom", "tourist", "worker", "farmer", "fisherman"),
    *("climber", "cyclist", "dancer", "hiker", "runner", "surfer", "swimmer"),
)


def understand(
    text: str, filters: Filters, *, literal: Collection[Topic] = (), counts_people: Callable[[], bool]
) -> Reading:
    """Apply every rule that fits.

    Args:
        text: Plain words.
        filters: What is asked for already; what the caller chose is never changed.
        literal: Topics whose rules are not applied: their words stay words.
        counts_people: Whether documents know how many people they show; asked only if it matters.
    """
    reading = Reading(text, filters, (), ())
    for topic, rule in _RULES.items():
        if topic not in literal:
            reading = rule(reading, counts_people)
    return replace(reading, text=_tidy(reading.text)) if reading.understood else reading


def _people(reading: Reading, counts_people: Callable[[], bool]) -> Reading:
    chosen = (reading.filters.people_from, reading.filters.people_to) != (None, None)
    if chosen:
        return reading
    if (nobody := _NOBODY.search(reading.text)) is not None:
        taken = _taken(reading, nobody, Topic.PEOPLE, "0")
        if counts_people():
            return replace(taken, filters=replace(reading.filters, people_to=0))
        return replace(taken, excluded=_PEOPLE_WORDS)
    if (some := _SOME.search(reading.text)) is not None and counts_people():
        count = _NUMBERS.get(some["count"].lower()) or int(some["count"])
        taken = _taken(reading, some, Topic.PEOPLE, str(count))
        return replace(taken, filters=replace(reading.filters, people_from=count, people_to=count))
    return reading


def _orientation(reading: Reading, _: Callable[[], bool]) -> Reading:
    found = _SHAPE.search(reading.text)
    if found is None or reading.filters.orientation:
        return reading
    name = (found["any"] or found["shape"]).lower()
    orientation = _ORIENTATIONS.get(name, name)
    taken = _taken(reading, found, Topic.ORIENTATION, orientation)
    return replace(taken, filters=replace(reading.filters, orientation=orientation))


def _color(reading: Reading, _: Callable[[], bool]) -> Reading:
    found = _COLOR.search(reading.text)
    if found is None or reading.filters.color:
        return reading
    bucket = _NAMED[(found["most"] or found["of"]).lower()]
    taken = _taken(reading, found, Topic.COLOR, bucket)
    return replace(taken, filters=replace(reading.filters, color=bucket))


def _size(reading: Reading, _: Callable[[], bool]) -> Reading:
    found = _SIZE.search(reading.text)
    if found is None or reading.filters.min_width_px:
        return reading
    width_px = int(found["px"]) if found["px"] else _WIDTHS_PX[found["name"].lower()]
    taken = _taken(reading, found, Topic.SIZE, str(width_px))
    return replace(taken, filters=replace(reading.filters, min_width_px=width_px))


_RULES = {
    Topic.PEOPLE: _people,
    Topic.ORIENTATION: _orientation,
    Topic.COLOR: _color,
    Topic.SIZE: _size,
}


def _taken(reading: Reading, found: re.Match[str], topic: Topic, value: str) -> Reading:
    """``reading`` without the words that were found, and with a note of them."""
    note = Understood(topic, found[0], value)
    left = f"{reading.text[: found.start()]} , {reading.text[found.end() :]}"
    return replace(reading, text=left, understood=(*reading.understood, note))


def _tidy(text: str) -> str:
    """``text`` without the commas and joining words that are left where words were taken."""
    parts = (part.strip() for part in re.split(r"[,;]", text))
    kept = (re.sub(r"^(?:and|with)\b|\b(?:and|with)$", "", part).strip() for part in parts)
    return " ".join(" ".join(filter(None, kept)).split())
