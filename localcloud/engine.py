"""Start, stop and reset of the engine and of everything that must be lost together with its state."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx

from localcloud import interpreter
from localcloud.daemon import Daemon
from localcloud.home import ACCOUNT, REGION, REPOSITORY, Home, clean_environment
from lumenstock.kernel.errors import ConfigurationError, UnavailableError

# Simultaneous handlers, about 55 MB each. The engine refuses a call over the limit and does not queue it, so
# there is room for what the local stage can ask for: 8 pictures in work × 3 branches, 2 dispatchers,
# 2 embedders, the indexer, the sweeper and a few calls of the API.
WORKERS_MAX = 36
_READY_WITHIN_S = 60.0
# A stop writes all state: 8 s were measured with 100,000 items.
_STOP_WITHIN_S = 60.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Started:
    """How a start went.

    Attributes:
        fresh: There is no state from before: everything must be deployed.
        was_running: There was nothing to do.
    """

    fresh: bool
    was_running: bool


def daemon(home: Home) -> Daemon:
    """The engine's process."""
    return Daemon("engine", home.folder / "engine.pid", home.logs / "engine.log")


def command(home: Home, module: str) -> list[str]:
    """Run ``module`` of this package on the engine's interpreter, for ``home``."""
    return [
        str(interpreter.PYTHON),
        "-m",
        module,
        str(home.folder),
        str(home.engine_port),
        str(home.front_port),
    ]


def settings(home: Home) -> dict[str, str]:
    """The whole environment of the engine. Handlers inherit it, so it holds nothing that they must not see.

    (They do not keep the two AWS keys: every worker gets those of its role.)
    """
    return clean_environment(os.environ) | {
        "HOME": str(home.scratch),
        "TMPDIR": str(home.scratch),
        "PYTHONUNBUFFERED": "1",
        "BIND_HOST": "127.0.0.1",  # by default it listens on all interfaces
        "GATEWAY_PORT": str(home.engine_port),
        "MINISTACK_HOST": "localhost",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": home.operator_secret,  # presigned URLs of the operator are checked with it
        "AUTH": "true",  # IAM, bucket policies, confirmation codes and signatures are really checked
        "IOT_MTLS_ENABLED": "0",  # would listen on 0.0.0.0:8883
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(home.state),
        "S3_PERSIST": "1",  # bodies on disk, not in memory
        "S3_DATA_DIR": str(home.bodies),
        "LAMBDA_EXECUTOR": "local",
        "LAMBDA_ACCOUNT_CONCURRENCY": str(WORKERS_MAX),
        "LAMBDA_WARM_TTL_SECONDS": "60",  # all but the first idle worker of a function end after that
    }


def start(home: Home, say: Say) -> Started:
    """Start the engine unless it runs; clear what an unclean stop or another engine version left behind.

    Raises:
        ConfigurationError: The port is taken, or the environment could not be made.
        UnavailableError: It did not become ready.
    """
    if daemon(home).pid() is not None:
        if _engine_stamp(home).read_text() != interpreter.digest():
            raise ConfigurationError(
                "another version of the engine is running; stop it: `lumenstock local down`"
            )
        return Started(fresh=False, was_running=True)
    if interpreter.ensure():
        say(f"installed the engine into {interpreter.FOLDER.name}")
    reason = _reason_to_clear(home)
    if reason:
        say(f"{reason}, so pictures, accounts, deployment and search index are cleared together")
        clear(home)
    require_free(home.engine_port, "LUMENSTOCK_ENGINE_PORT")
    shutil.rmtree(home.scratch, ignore_errors=True)
    for folder in (home.scratch, home.state, home.bodies, home.search):
        folder.mkdir(parents=True, exist_ok=True)
    fresh = not any(home.state.iterdir())
    _engine_stamp(home).write_text(interpreter.digest())
    home.unclean_marker.touch()
    daemon(home).start(command(home, "localcloud.serve_engine"), environ=settings(home), folder=REPOSITORY)
    _wait_until_ready(home)
    return Started(fresh=fresh, was_running=False)


def stop(home: Home) -> bool:
    """Stop the engine, which writes its state; False if it had to be killed and the state is lost."""
    return daemon(home).stop(patience_s=_STOP_WITHIN_S)


def clear(home: Home) -> None:
    """Delete state, bodies, index and what is known of the deployment: one without the others is wrong.

    Raises:
        UnavailableError: The engine runs.
    """
    if daemon(home).pid() is not None:
        raise UnavailableError("stop the local cloud first")
    for folder in (home.state, home.bodies, home.search, home.scratch):
        shutil.rmtree(folder, ignore_errors=True)
    for file in (home.unclean_marker, home.outputs_file, home.deployed_file, _engine_stamp(home)):
        file.unlink(missing_ok=True)


def is_ready(home: Home) -> bool:
    """Whether the engine answers."""
    try:
        return httpx.get(f"{home.engine_url}/_ministack/ready", timeout=2.0, trust_env=False).is_success
    except httpx.TransportError:
        return False


def require_free(port: int, variable: str) -> None:
    """Check a port.

    Raises:
        ConfigurationError: Somebody listens there; the text names the variable that changes it.
    """
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise ConfigurationError(f"port {port} is taken by another program; set {variable} to a free one")


def _reason_to_clear(home: Home) -> str | None:
    if home.unclean_marker.exists():
        return "the local cloud was not stopped gracefully last time and its state is only written then"
    stamp = _engine_stamp(home)
    if stamp.exists() and stamp.read_text() != interpreter.digest():
        return "the state was written by another version of the engine"
    return None


def _engine_stamp(home: Home) -> Path:
    return home.folder / "engine-version"


def _wait_until_ready(home: Home) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while not is_ready(home):
        if daemon(home).pid() is None or time.monotonic() > deadline:
            raise UnavailableError(f"the engine did not start; its log says:\n{daemon(home).log_tail()}")
        time.sleep(0.1)
