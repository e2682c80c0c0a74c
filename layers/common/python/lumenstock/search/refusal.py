"""Documents that no try brings into the index."""

from __future__ import annotations

from collections.abc import Mapping

from lumenstock.kernel.errors import ServiceError
from lumenstock.kernel.ids import ImageId

_TOLD_CHARS = 1000


class IndexRefusedError(ServiceError):
    """The engine finds fault with documents; sent again as they are, they are refused again."""

    code, title = "index_refused", "Documents refused by the search engine"

    def __init__(self, reasons: Mapping[ImageId, str]) -> None:
        """Keep the engine's ``reasons``."""
        listed = "; ".join(f"{image_id}: {reason}" for image_id, reason in reasons.items())
        super().__init__(f"The search engine refuses {len(reasons)} documents. {listed}"[:_TOLD_CHARS])
        self.reasons = reasons
