"""The base of endpoints for users and API keys."""

from accounts.actor import Actor, Via
from meet.errors import NotAuthenticated
from meet.idempotency.views import IdempotentView


class UserEndpoint(IdempotentView):
    @property
    def actor(self) -> Actor:
        """Who is asking. Permission classes have refused everybody else before a method runs."""
        caller: object = self.request.user
        if not isinstance(caller, Actor):
            raise NotAuthenticated
        return caller

    def credential(self) -> str | None:
        """Each API key, and each user, has Idempotency-Keys of its own."""
        caller: object = self.request.user
        if not isinstance(caller, Actor):
            return None
        return f"key:{self.request.auth.pk}" if caller.via is Via.API_KEY else f"user:{caller.pk}"
