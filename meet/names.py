"""Names that people type: how they are kept, compared and made unique."""

import re
import unicodedata


def tidy(name: str) -> str:
    """Without outer white space, inner runs as one space, and without control characters."""
    visible = "".join(character for character in name if character.isspace() or unicodedata.category(character) != "Cc")
    return " ".join(visible.split())


# Some characters unfold to eighteen; no database index takes that many times fifty.
NAME_KEY_LENGTH = 150


def name_key(name: str) -> str:
    """The form in which two names that read alike are equal; also the order of lists."""
    return _unfolded(name)[:NAME_KEY_LENGTH]


def numberable(name: str) -> str:
    """`name`, cut where its key would leave no room for a number: two of them must never have the same key."""
    while len(_unfolded(name)) > NAME_KEY_LENGTH - _LONGEST_NUMBER:
        name = name[:-1]
    return name.rstrip()


_LONGEST_NUMBER = 10


def _unfolded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def numbered(name: str, number: int) -> str:
    """`Bob` → `Bob_1`; a number already there is replaced, never stacked: `Bob_1` → `Bob_2` (rest-api.md 7.4)."""
    return f"{re.sub(r'_[0-9]+$', '', name)}_{number}"
