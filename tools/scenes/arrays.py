"""Types of the arrays that a scene is painted with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
"""Floats, float32 wherever they are as large as the picture."""
