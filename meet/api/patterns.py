r"""Regular expressions that mean the same to both matchers: RE2, which SQLite has from us, and PostgreSQL's own.

The one reads Perl's dialect and the other Tcl's. So a pattern is read here, piece by piece, and written anew for
PostgreSQL with nothing in it that the two take differently: classes such as `\w` spelled out in ASCII, as RE2 has
them. What is not known here is refused.
"""

import re
from collections.abc import Iterator


class NotShared(ValueError):
    """Something that the two take differently, or only one of them takes."""


# As RE2 has them, to be put between brackets.
_CLASSES = {"d": "0-9", "w": "0-9A-Za-z_", "s": r"\t\n\f\r "}
_CONTROLS = frozenset("afnrtv")
_WORD = f"[{_CLASSES['w']}]"
_ANCHORS = {
    "^": "^",
    "$": "$",
    r"\A": r"\A",
    r"\z": r"\Z",
    r"\b": f"(?:(?<={_WORD})(?!{_WORD})|(?<!{_WORD})(?={_WORD}))",
    r"\B": f"(?:(?<={_WORD})(?={_WORD})|(?<!{_WORD})(?!{_WORD}))",
}
_MOST_REPEATS = 255  # PostgreSQL's limit

_COUNT = re.compile(r"\{([0-9]+)(?:,([0-9]*))?\}")
_ATOM = re.compile(r"\\.|\(\?:|.", re.DOTALL)
_IN_BRACKETS = re.compile(r"\\.|.", re.DOTALL)


def for_postgresql(pattern: str) -> str:
    """`pattern`, which RE2 takes, in PostgreSQL's words; `NotShared` if it has none."""
    return "".join(_pieces(pattern))


def _pieces(body: str) -> Iterator[str]:
    position, repeatable = 0, False
    while position < len(body):
        count = _quantifier(body, position)
        if count:
            if not repeatable:
                raise NotShared
            repeatable = False
            yield count
            position += len(count)
        elif body[position] == "[":
            piece, position = _bracket(body, position)
            repeatable = True
            yield piece
        else:
            atom = _ATOM.match(body, position)
            assert atom
            position = atom.end()
            repeatable = atom[0] not in _ANCHORS and atom[0] not in ("(", "(?:", "|")
            if atom[0] == "(" and body[position : position + 1] == "?":
                raise NotShared
            yield _piece(atom[0])


def _quantifier(body: str, position: int) -> str:
    """The one that stands there, empty if none does: braces around anything else than numbers are text to both."""
    end = position + 1
    if body[position] == "{":
        count = _COUNT.match(body, position)
        if not count:
            return ""
        if any(int(number) > _MOST_REPEATS for number in count.groups() if number):
            raise NotShared
        end = count.end()
    elif body[position] not in "*+?":
        return ""
    # Whether it takes as little as it can makes no difference to whether there is a match.
    return body[position : end + (body[end : end + 1] == "?")]


def _piece(atom: str) -> str:
    if atom in _ANCHORS:
        return _ANCHORS[atom]
    if atom in ("(", "(?:"):
        return "(?:"
    if atom in ("|", ")"):
        return atom
    if atom == ".":
        return r"[^\n]"
    letter = atom[1:]
    if letter.lower() in _CLASSES:
        return f"[{'^' if letter.isupper() else ''}{_CLASSES[letter.lower()]}]"
    return _character(atom)


def _character(atom: str) -> str:
    """One character, escaped or not."""
    letter, is_escaped = atom[-1], len(atom) > 1
    if is_escaped and letter in _CONTROLS:
        return atom
    if atom == "\\" or (is_escaped and (letter.isalnum() or not letter.isascii())):
        raise NotShared
    return letter if letter.isalnum() or letter in " _" or not letter.isascii() else f"\\{letter}"


def _bracket(body: str, position: int) -> tuple[str, int]:
    """The bracket expression that begins at `position`, and where it ends."""
    position += 1
    start = "[^" if body.startswith("^", position) else "["
    position += len(start) - 1
    items: list[str] = []
    while not body.startswith("]", position) or not items:
        atom = _IN_BRACKETS.match(body, position)
        if not atom:
            raise NotShared
        position = atom.end()
        items.append(atom[0])
    return f"{start}{''.join(_members(items))}]", position + 1


def _members(items: list[str]) -> Iterator[str]:
    """A hyphen is one only at either end; in the middle it makes a range of two characters."""
    index = 0
    while index < len(items):
        item = items[index]
        is_range = items[index + 1 : index + 2] == ["-"] and index + 2 < len(items)
        if item == "[" or (item == "-" and 0 < index < len(items) - 1):
            raise NotShared
        if is_range:
            end = items[index + 2]
            if end in ("[", "-"):
                raise NotShared
            yield f"{_character(item)}-{_character(end)}"
        else:
            yield _CLASSES[item[1]] if item[0] == "\\" and item[1:] in _CLASSES else _character(item)
        index += 3 if is_range else 1
