"""What a file that has taken over a decoder can read of the process that started it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# Root reads everything of everybody; without its capabilities it is a user like Lambda's.
AS_ORDINARY_USER = """
import ctypes, os, sys
PR_CAPBSET_DROP = 24
for capability in range(64):
    ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
os.execv(sys.executable, [sys.executable, "-c", sys.argv[1]])
"""
PARENT = """
import subprocess, sys
from lumenstock.imaging.decoder import Decoder

def spied():
    code = "import os; print(open(f'/proc/{os.getppid()}/environ').read())"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

print("secret" in spied().stdout)
decoder = Decoder({})
decoder.start()
print("PermissionError" in spied().stderr)
decoder.close()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is of Linux")
def test_no_process_of_the_same_user_reads_the_environment_of_one_that_decodes() -> None:
    told = subprocess.run(
        [sys.executable, "-c", AS_ORDINARY_USER, PARENT],
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "AWS_SECRET_ACCESS_KEY": "secret"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.split() == ["True", "True"], "readable before, closed once a decoder was started"
