"""What goes wrong with models. Each error names its true cause, and `lumenstock models` shows it as it is.

LumenstockError
└── ModelError
    ├── HubError                      nothing was taken over
    │   ├── HubUnreachableError           no connection, or one that broke and did not come back
    │   ├── NotInHubError                 the repository has no such file at that revision
    │   ├── HubRefusedError               signed-in accounts only, or too many requests
    │   └── WrongFileError                what came is not the file that the lock or the hub names
    ├── LockError                     models.lock cannot be read or written
    ├── CheckpointError               what was fetched is no checkpoint of this architecture
    └── EvaluationError               the model cannot be evaluated with what was given
"""

from __future__ import annotations

from lumenstock.kernel.errors import LumenstockError


class ModelError(LumenstockError):
    """Something is wrong with a model, not with the marketplace."""

    code, title = "model", "Model error"


class HubError(ModelError):
    """A file could not be fetched."""

    code, title = "hub", "Hub error"


class HubUnreachableError(HubError):
    """The hub does not answer, or stopped in the middle; what has arrived is kept for the next call."""

    code, title, retryable = "hub_unreachable", "Hub unreachable", True


class NotInHubError(HubError):
    """The hub has no such repository, revision or file."""

    code, title = "not_in_hub", "Not in the hub"


class HubRefusedError(HubError):
    """The hub wants somebody else, or later."""

    code, title = "hub_refused", "Refused by the hub"


class WrongFileError(HubError):
    """What arrived is not what is expected; it is thrown away."""

    code, title = "wrong_file", "Wrong file"


class LockError(ModelError):
    """The lock file cannot be used."""

    code, title = "lock_file", "Lock file"


class CheckpointError(ModelError):
    """The files are not a checkpoint that can be exported."""

    code, title = "checkpoint", "Checkpoint"


class EvaluationError(ModelError):
    """There is not enough to evaluate the model with."""

    code, title = "evaluation", "Evaluation"
