"""The uploads API; its operations are declared in the modules beside this one."""

from __future__ import annotations

from functions.runtime.http import Api

api = Api("uploads")
