"""The base of endpoints for users and API keys."""

from accounts.actor import Actor
from meet.api.views import ApiView
from meet.errors import NotAuthenticated


class UserEndpoint(ApiView):
    @property
    def actor(self) -> Actor:
        """Who is asking. Permission classes have refused everybody else before a method runs."""
        caller: object = self.request.user
        if not isinstance(caller, Actor):
            raise NotAuthenticated
        return caller
