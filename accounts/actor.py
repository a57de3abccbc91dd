"""Who is asking, whatever the door they came through."""

from dataclasses import dataclass
from enum import Enum

from accounts.models import ApiKey, Scope, User


class Via(Enum):
    API_KEY = "API key"
    TOKEN = "access token"  # noqa: S105 (the name of a kind of credential)
    SESSION = "session"


@dataclass(frozen=True)
class Actor:
    """A user, or an API key acting as the root admin."""

    user: User
    via: Via
    key: ApiKey | None = None

    # DRF and Django ask this of whatever stands in `request.user`.
    is_authenticated = True
    is_anonymous = False
    is_active = True

    @property
    def is_unlimited(self) -> bool:
        """Programs with a valid API key are not counted by the general rate limit."""
        return self.via is Via.API_KEY

    def may(self, scope: Scope) -> bool:
        """Whether the key is for that; people are limited by their role only."""
        return self.key is None or self.key.allows(scope)

    @property
    def pk(self) -> int:
        return self.user.pk
