"""A hash of what a picture looks like: 256 bits, few of which change when it is scaled or encoded anew.

The signs of the 16 × 16 lowest frequencies of the picture's brightness, without the constant ones. Signs, and
not which are above the median: a mirror image has the same numbers with every second sign turned, so that the
hashes of all eight orientations follow from the bits of one. How much a hash bears is in
``docs/near-duplicates.md``; :mod:`lumenstock.imaging.picture_hashing` makes it. Nothing here needs pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations

BITS = 256
NEAR = 63  # copies but for crops and rotations are nearer; of 8,384 pairs of other photos none is within 90
SIDE = 16

# The places of the waves that are even both ways: no mirror changes their signs. The slow ones first, since
# they are the strong ones, whose signs hold; beside each other what a mirror at the diagonal swaps.
_STEADY = sorted(
    (SIDE * row + column for row in range(1, SIDE, 2) for column in range(1, SIDE, 2)),
    key=lambda place: (place // SIDE + place % SIDE, abs(place // SIDE - place % SIDE), place),
)
# Two bands of 15 bits. Neither parts what the diagonal swaps, which halves their values to about 16,500.
_BANDS = (tuple(_STEADY[:15]), tuple(_STEADY[15:30]))
_DOUBTS = 2  # bits of a band that are also tried the other way; without, it takes three bands more


@dataclass(frozen=True, slots=True)
class PictureHash:
    """256 bits as a whole number.

    Of its binary digits the one at place ``16 v + u`` is 1 where the wave (u + 1, v + 1) is positive.

    Attributes:
        doubtful: All places, those of the weakest waves first; empty where only the bits are known.
    """

    bits: int
    doubtful: tuple[int, ...] = field(default=(), compare=False, repr=False)

    @classmethod
    def of_hex(cls, text: str) -> PictureHash:
        """The inverse of :attr:`hex`.

        Raises:
            ValueError: There is another character in it than hex digits.
        """
        return cls(int(text, 16))

    @property
    def hex(self) -> str:
        """64 hex digits."""
        return f"{self.bits:0{BITS // 4}x}"

    def bands(self) -> tuple[str, ...]:
        """Two names to keep it under: 15 bits each that no mirror and no turn changes."""
        return tuple(_band(number, self._digits(places)) for number, places in enumerate(_BANDS))

    def bands_in_doubt(self) -> tuple[str, ...]:
        """Names to look for copies under: its own bands, and those if its weakest bits were wrong."""
        names: list[str] = []
        for number, places in enumerate(_BANDS):
            weakest = [place for place in self.doubtful if place in places][:_DOUBTS]
            for wrong in chain.from_iterable(combinations(weakest, count) for count in range(_DOUBTS + 1)):
                digits = self._digits(places)
                names.append(_band(number, digits | {place: 1 - digits[place] for place in wrong}))
        return tuple(dict.fromkeys(names))

    def _digits(self, places: Sequence[int]) -> dict[int, int]:
        return {place: self.bits >> (BITS - 1 - place) & 1 for place in places}

    def distance(self, other: PictureHash) -> int:
        """How many bits differ, in the orientation of ``self`` that is nearest to ``other``: 0 to 256."""
        return min((bits ^ other.bits).bit_count() for bits in _orientations(self.bits))


def _band(number: int, digits: Mapping[int, int]) -> str:
    """The name of a band, the same for the picture mirrored at its diagonal."""
    upright = "".join(str(digits[place]) for place in digits)
    turned = "".join(str(digits[_across(place)]) for place in digits)
    return f"{number}#{int(min(upright, turned), 2):04x}"


def _across(place: int) -> int:
    """The place of the wave that a mirror at the diagonal makes of this one."""
    row, column = divmod(place, SIDE)
    return SIDE * column + row


def _orientations(bits: int) -> Iterator[int]:
    for turned in (bits, _transposed(bits)):
        for mirror in _MIRRORS:
            yield turned ^ mirror


def _transposed(bits: int) -> int:
    digits = f"{bits:0{BITS}b}"
    return int("".join(digits[column::SIDE] for column in range(SIDE)), 2)


def _mirror(*, across: bool, down: bool) -> int:
    """The bits that change: a mirror turns the sign of the odd frequencies, which are the even places."""
    return int(
        "".join(
            str(int((across and column % 2 == 0) != (down and row % 2 == 0)))
            for row in range(SIDE)
            for column in range(SIDE)
        ),
        2,
    )


_MIRRORS = tuple(_mirror(across=across, down=down) for across in (False, True) for down in (False, True))
