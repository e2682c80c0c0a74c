"""The command line as a person runs it, behind a proxy that sees all that it says, until somebody kills it."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Container
from pathlib import Path
from typing import IO, Any

from localcloud.home import REPOSITORY
from tests.e2e.forward_proxy import Traffic
from tests.e2e.stage import Person, Stage


class Program:
    """``lumenstock …``, signed in, with a home of its own."""

    def __init__(self, cloud: Stage, person: Person, traffic: Traffic, folder: Path) -> None:
        """Sign ``person`` in; credentials and state lie in ``folder``."""
        self._environment = os.environ | {
            "LUMENSTOCK_API": cloud.url,
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_STATE_HOME": str(folder / "state"),
            "HTTP_PROXY": traffic.url,
            "NO_PROXY": "",
            "no_proxy": "",
        }
        self.run("login", person.email, "--password-stdin", stdin=f"{person.password}\n")

    def start(self, *arguments: str, stdout: int | IO[bytes] = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        """Start it and leave it to itself."""
        return subprocess.Popen(
            [sys.executable, "-m", "cli", *arguments],
            cwd=REPOSITORY,
            env=self._environment,
            stdout=stdout,
            stderr=subprocess.DEVNULL,
        )

    def run(self, *arguments: str, stdin: str = "", codes: Container[int] = (0,)) -> list[dict[str, Any]]:
        """Run it to its end, one of ``codes``: standard output as JSON lines, if it is that."""
        done = subprocess.run(
            [sys.executable, "-m", "cli", *arguments],
            cwd=REPOSITORY,
            env=self._environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in codes, done.stdout + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines() if "--json" in arguments]


def kill_when(started: subprocess.Popen[bytes], reached: Callable[[], bool]) -> bool:
    """``kill -9`` as soon as ``reached``; whether it was still alive."""
    while started.poll() is None and not reached():
        time.sleep(0.002)
    started.send_signal(signal.SIGKILL)
    return started.wait() == -signal.SIGKILL


def originals(cloud: Stage, person: Person) -> Counter[str]:
    """SHA-256 of every version of every original of a person, with their number."""
    s3, bucket = cloud.operator.s3, cloud.outputs["OriginalsBucket"]
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=f"originals/{person.id}/")
    found = [version for page in pages for version in page.get("Versions", [])]
    return Counter(
        hashlib.sha256(
            s3.get_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])["Body"].read()
        ).hexdigest()
        for one in found
    )
