"""Bugs on purpose: a function of the product is given the code that its changed source compiles to, in this process."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from types import CodeType, FunctionType


class NotPlantedError(Exception):
    """The source is not what the bug is a change of: the bug must be written anew."""


@dataclass(frozen=True)
class Bug:
    """One line, or one condition, that somebody could have written.

    Attributes:
        name: What is wrong.
        place: Module and function, as in ``lumenstock.ingest.record:_rejected``.
        right: Part of the function's source, found once in its module.
        wrong: What stands there instead.
    """

    name: str
    place: str
    right: str
    wrong: str

    @contextmanager
    def planted(self) -> Iterator[None]:
        """The product with this bug. Whoever imported the function has it, too: only its code is exchanged."""
        module_name, _, path = self.place.partition(":")
        module = importlib.import_module(module_name)
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        if source.count(self.right) != 1:
            message = f"{self.place}: {source.count(self.right)} times {self.right!r}"
            raise NotPlantedError(message)
        changed = compile(
            source.replace(self.right, self.wrong), str(module.__file__), "exec", dont_inherit=True
        )
        function = attrgetter(path)(module)
        assert isinstance(function, FunctionType)
        healthy, sick = function.__code__, _code_of(changed, path.split("."))
        if healthy.co_code == sick.co_code and healthy.co_consts == sick.co_consts:
            message = f"{self.place}: {self.right!r} is not of this function"
            raise NotPlantedError(message)
        function.__code__ = sick
        try:
            yield
        finally:
            function.__code__ = healthy


def _code_of(code: CodeType, names: list[str]) -> CodeType:
    for name in names:
        code = next(one for one in code.co_consts if isinstance(one, CodeType) and one.co_name == name)
    return code
