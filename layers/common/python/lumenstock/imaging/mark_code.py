"""The code of the invisible mark: 48 bits of identity and a checksum, as 256 bits of which many may be wrong.

A convolutional code of rate 1/4 over 256 states, whose shift register begins as it ends (tail-biting), so
that no bit is worse off than another. What is read of a bit counts by how clearly it was read. The checksum
then chooses among the likeliest codes.

Source: J. Proakis, M. Salehi, "Digital Communications", 5th ed., table 8.3-3 for the generators (free
distance 24); R. Shao, S. Lin, M. Fossorier, "Two decoding algorithms for tailbiting codes", IEEE Transactions
on Communications 51 (2003) for going round the trellis more than once; N. Seshadri, C.-E. Sundberg, "List
Viterbi decoding algorithms with applications", IEEE Transactions on Communications 42 (1994).
"""

from __future__ import annotations

import binascii

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.bool_]
Whole = NDArray[np.int64]

PAYLOAD_BITS = 48
_MESSAGE_BITS = 64  # payload and CRC-16
_GENERATORS = (0o463, 0o535, 0o733, 0o745)
CODE_BITS = len(_GENERATORS) * _MESSAGE_BITS

_MEMORY = 8  # bits that the register remembers besides the newest
_STATES = 1 << _MEMORY
# Laps before the one that is read: after two, where the first began no longer matters.
_LEADING_LAPS = 2
# Codes that the checksum may choose among. Chance passes it once in 65,536 codes.
_LISTED = 8


def _outputs() -> NDArray[np.float32]:
    """What each content of the register sends: float32[512, 4], ±1."""
    register = np.arange(2 * _STATES)
    parities = [np.bitwise_count(register & generator) & 1 for generator in _GENERATORS]
    return np.asarray(np.stack(parities, axis=1) * 2.0 - 1, dtype=np.float32)


_SENT = _outputs()
# The two states before each state differ in the bit that has now left the register.
_BEFORE = np.stack([(np.arange(_STATES) >> 1) | (left << (_MEMORY - 1)) for left in (0, 1)])


def code_of(payload: int) -> Bits:
    """The code of a payload in [0, 2^48): bool[256].

    Raises:
        OverflowError: It has more than 48 bits.
    """
    body = payload.to_bytes(PAYLOAD_BITS // 8, "big")
    message = body + binascii.crc_hqx(body, 0xFFFF).to_bytes(2, "big")
    return np.asarray(_sent(np.unpackbits(np.frombuffer(message, dtype=np.uint8))[None])[0] > 0)


def payload_of(seen: NDArray[np.floating]) -> int | None:
    """The inverse of :func:`code_of`, for what was read of a code.

    Args:
        seen: float[256], positive where a 1 was read, and the farther from 0 the more clearly.

    Returns:
        The payload; None where the checksum fits none of the likeliest codes.
    """
    messages = _survivors(np.asarray(seen, dtype=np.float32).reshape(_MESSAGE_BITS, -1))
    likeliest = np.argsort(-(_sent(messages) @ seen), kind="stable")[:_LISTED]
    for message in np.packbits(messages[likeliest], axis=1):
        body, checksum = message[:-2].tobytes(), message[-2:].tobytes()
        if binascii.crc_hqx(body, 0xFFFF) == int.from_bytes(checksum, "big"):
            return int.from_bytes(body, "big")
    return None


def _sent(messages: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The codes of messages: float32[n, 256], ±1, from uint8[n, 64]."""
    register = np.zeros(messages.shape, dtype=np.int64)
    for age in range(_MEMORY + 1):
        register |= np.roll(messages, age, axis=1).astype(np.int64) << age
    return _SENT[register].reshape(len(messages), CODE_BITS)


def _survivors(seen: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The likeliest message into each state at the end of the last lap, none twice: uint8[n, 64]."""
    gains = (seen @ _SENT.T).reshape(_MESSAGE_BITS, 2, _STATES)
    likelihood = np.zeros(_STATES, dtype=np.float32)
    left = np.zeros((_MESSAGE_BITS, _STATES), dtype=np.bool_)
    for _ in range(_LEADING_LAPS + 1):
        for step in range(_MESSAGE_BITS):
            either = likelihood[_BEFORE] + gains[step]
            left[step] = either[1] > either[0]
            likelihood = either.max(axis=0)
        likelihood -= likelihood.max()
    messages = np.empty((_STATES, _MESSAGE_BITS), dtype=np.uint8)
    state = np.arange(_STATES)
    for step in reversed(range(_MESSAGE_BITS)):
        messages[:, step] = state & 1
        state = _BEFORE[left[step, state].astype(np.int64), state]
    return np.unique(messages, axis=0)
