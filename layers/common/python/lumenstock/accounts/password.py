"""What a password must be: the rules of the user pool, applied first, to known and to new e-mails alike."""

from __future__ import annotations

import string

MIN_LENGTH = 10
MAX_LENGTH = 256

# ASCII punctuation, as at Cognito.
# Source: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-policies.html
_SYMBOLS = frozenset(string.punctuation)
_CONTROL = frozenset(map(chr, [*range(32), 127]))


def weakness(password: str) -> str | None:
    """What ``password`` lacks, as a sentence; None if it will do."""
    lacks = [
        name
        for name, has in (
            ("a lower-case letter", any("a" <= character <= "z" for character in password)),
            ("an upper-case letter", any("A" <= character <= "Z" for character in password)),
            ("a digit", any("0" <= character <= "9" for character in password)),
            ("a symbol", not _SYMBOLS.isdisjoint(password)),
        )
        if not has
    ]
    if lacks:
        return f"A password needs {', '.join(lacks)}."
    if not _CONTROL.isdisjoint(password) or password != password.strip():
        return "A password has no control characters, and no space at its ends."
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        return f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters."
    return None
