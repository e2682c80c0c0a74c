"""The categories of the marketplace: a closed list, so that filters and models mean the same."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """What a picture is of; never renamed, only added."""

    ABSTRACT = "abstract"
    ANIMALS = "animals"
    ARCHITECTURE = "architecture"
    BUSINESS = "business"
    FOOD = "food"
    HOLIDAYS = "holidays"
    NATURE = "nature"
    OBJECTS = "objects"
    PEOPLE = "people"
    SPORTS = "sports"
    TECHNOLOGY = "technology"
    TRANSPORTATION = "transportation"
    TRAVEL = "travel"
