"""What can go wrong in a sentence a person understands, with the contract's code and status, said once.

Domain functions raise these; `meet.api.exceptions` and `meet.pages` turn them into answers.
"""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import ClassVar


@dataclass
class DomainError(Exception):
    """`code` is the contract's `error`, `message` its `message` (rest-api.md 0.3); `headers` go with the answer."""

    code: str
    status: HTTPStatus
    message: str
    headers: dict[str, str] = field(default_factory=dict)

    # Callers are told nothing of it, operators find it in the log.
    is_unexpected: ClassVar[bool] = False

    def __str__(self) -> str:
        return f"{self.code} ({self.status}): {self.message}"


class NotAuthenticated(DomainError):
    def __init__(self, message: str = "Unauthorized") -> None:
        super().__init__("Authentication Error", HTTPStatus.UNAUTHORIZED, message)


class InvalidToken(NotAuthenticated):
    def __init__(self) -> None:
        super().__init__("Invalid token")


class Forbidden(DomainError):
    def __init__(self, message: str = "Insufficient permissions to access this resource") -> None:
        super().__init__("Authorization Error", HTTPStatus.FORBIDDEN, message)


class TooManyRequests(DomainError):
    def __init__(self, message: str, *, headers: dict[str, str]) -> None:
        super().__init__("Too Many Requests", HTTPStatus.TOO_MANY_REQUESTS, message, headers)


@dataclass(frozen=True)
class Issue:
    """One entry of `details`: `field` is a dotted path, empty for the body as a whole."""

    field: str
    message: str


class InvalidRequest(DomainError):
    """422 with all issues at once."""

    def __init__(self, *issues: Issue) -> None:
        super().__init__("Unprocessable Entity", HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid request")
        self.issues = issues
