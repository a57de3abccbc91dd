"""Identifiers and secrets in the contract's forms (rest-api.md 2.1)."""

import re
import secrets
import string
import unicodedata

# The longest name of a room; longer names of participants are cut, their identity must fit LiveKit's limit.
_LONGEST_PREFIX = 50
_BASE36 = string.digits + string.ascii_lowercase


def base36(length: int = 15) -> str:
    return "".join(secrets.choice(_BASE36) for _ in range(length))


def hex_secret() -> str:
    """A link secret: 128 bits as 32 lower-case hex characters."""
    return secrets.token_hex(16)


def hex_id() -> str:
    """The contract's ten hex characters: names something, opens nothing."""
    return secrets.token_hex(5)


def cleaned(room_id: str) -> str:
    """As the contract reads the id of a room: without whatever is in none."""
    return re.sub(r"[^A-Za-z0-9_-]", "", room_id)


def prefixed(text: str, *, fallback: str) -> str:
    """`<prefix>-<15 characters>` with a prefix that can be read: «Équipe Nord-Est» → `equipe_nord_est-…`."""
    plain = unicodedata.normalize("NFD", text).lower()
    plain = re.sub(r"[-\s]", "_", plain)
    plain = re.sub(r"[^a-z0-9_]", "", plain)
    plain = re.sub(r"_+", "_", plain).strip("_")[:_LONGEST_PREFIX]
    return f"{plain or fallback}-{base36()}"
