"""Where hashes lie in the table ``fingerprints``: ``PH#band`` / id."""

from __future__ import annotations

from lumenstock.adapters.aws.attributes import Item
from lumenstock.kernel.ids import ImageId


def band_partition(band: str) -> str:
    """Partition of all pictures of a band."""
    return f"PH#{band}"


def band_key(band: str, image_id: ImageId) -> Item:
    """Primary key of a picture's place in a band."""
    return {"pk": {"S": band_partition(band)}, "sk": {"S": image_id}}
