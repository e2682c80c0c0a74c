"""What a contributor says about mining a picture for data."""

from __future__ import annotations

from enum import StrEnum


class DataMining(StrEnum):
    """A term of the PLUS vocabulary, as it is written into public files.

    Source: https://ns.useplus.org/LDF/ldf-XMPSpecification#DataMining (PLUS LDF 2.0.1).
    """

    UNSPECIFIED = "DMI-UNSPECIFIED"
    ALLOWED = "DMI-ALLOWED"
    NO_TRAINING = "DMI-PROHIBITED-AIMLTRAINING"
    NO_GENERATIVE_TRAINING = "DMI-PROHIBITED-GENAIMLTRAINING"
    SEARCH_ONLY = "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING"
    PROHIBITED = "DMI-PROHIBITED"
