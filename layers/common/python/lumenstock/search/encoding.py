"""Words as vectors, in time or not at all: what was asked before is remembered."""

from __future__ import annotations

import logging
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Lock

from lumenstock.embedding.model import Embedder
from lumenstock.kernel.breaker import CircuitBreaker
from lumenstock.kernel.clock import Clock
from lumenstock.kernel.errors import UnavailableError
from lumenstock.search.ports import QueryVector

REMEMBERED = 2000  # vectors of 3 KB: 6 MB

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Encoded:
    """A query in a model's space, and how much its leg weighs."""

    vector: QueryVector
    weight: float


class QueryEncoder:
    """Encodes with the model that answers, whose thread goes on when a question no longer waits.

    What was asked before is remembered by model: after a swap the same words are encoded anew.
    """

    def __init__(
        self,
        embedder: Callable[[], Embedder],
        clock: Clock,
        deadline_s: float,
        answering: Callable[[], str | None] = lambda: None,
    ) -> None:
        """Wait ``deadline_s`` for the model.

        ``answering`` names the model that answers now, so that none pays for what another one did.
        ``embedder`` gives the model that answers now, and loads it when its first words have to be encoded.
        Loading is not counted: it happens once a process, and half an answer to the first question helps
        nobody.
        """
        self._embedder = embedder
        self._answering = answering
        self._breakers: defaultdict[str | None, CircuitBreaker] = defaultdict(lambda: CircuitBreaker(clock))
        self._deadline_s = deadline_s
        self._known: OrderedDict[tuple[str, str], Encoded] = OrderedDict()
        self._lock = Lock()
        self._loaded = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encode")

    def encode(self, text: str) -> Encoded | None:
        """``text`` as a vector; None when the model fails, whatever the reason: half an answer is better."""
        if (known := self._remembered(text)) is not None:
            return known
        breaker = self._breaker()
        if not breaker.allows():
            return None
        try:
            embedder = self._embedder()
            embedder.load_queries()
            self._loaded = True
            running = self._thread.submit(self._encode_now, embedder, text)
            encoded = self._in_time(running)
        except Exception:
            logger.exception("The query could not be encoded; keywords alone answer it.")
            encoded = None
        if encoded is None:
            breaker.failed()
        else:
            breaker.succeeded()
        return encoded

    def _breaker(self) -> CircuitBreaker:
        try:
            return self._breakers[self._answering()]
        except UnavailableError:  # whoever asks for the model is told
            return self._breakers[None]

    def _in_time(self, running: Future[Encoded]) -> Encoded | None:
        done, _ = wait([running], self._deadline_s)
        if done:
            return running.result()
        logger.warning("The query was not encoded in time; keywords alone answer it.")
        running.cancel()  # if it has not begun; else its vector is there when the same is asked again
        return None

    def _encode_now(self, embedder: Embedder, text: str) -> Encoded:
        (values,) = embedder.encode_texts([text])
        manifest = embedder.manifest
        encoded = Encoded(QueryVector(manifest.id, values), manifest.visual_weight)
        with self._lock:
            self._known[manifest.id, text] = encoded
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return encoded

    def _remembered(self, text: str) -> Encoded | None:
        """What is known of ``text`` in the model that answers now; one that does not load is not tried."""
        if not self._loaded:
            return None
        try:
            model = self._embedder().manifest.id
        except Exception:
            logger.exception("The model that answers now cannot be had.")
            self._loaded = False
            return None
        with self._lock:
            if (model, text) in self._known:
                self._known.move_to_end((model, text))
            return self._known.get((model, text))
