"""The decoder's process of the function that develops camera raw: it has LibRaw, too.

``python -m lumenstock.imaging.raw_zygote`` speaks as ``zygote`` does. LibRaw is imported here and runs in the
children only, as libvips does.
"""

from __future__ import annotations

import sys

from lumenstock.imaging.developing import develop
from lumenstock.imaging.zygote import OPERATIONS, serve

if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer, {**OPERATIONS, "develop": develop})
