"""Which role, and which scope of an API key, may use an endpoint at all (403 before anything is looked up)."""

from collections.abc import Mapping

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.actor import Actor
from accounts.models import Role, Scope
from meet.api.views import READING
from meet.errors import Forbidden, NotAuthenticated


def read_write(read: Scope, write: Scope) -> Mapping[str, Scope]:
    """The usual `scopes` of a view: which one an API key needs for which method."""
    return dict.fromkeys(READING, read) | dict.fromkeys(("POST", "PUT", "PATCH", "DELETE"), write)


class HasRole(BasePermission):
    """Users of one of `roles`; holders of other credentials are judged by whoever accepted those."""

    roles: frozenset[Role]

    def has_permission(self, request: Request, view: APIView) -> bool:
        caller: object = request.user
        if caller is None:
            raise NotAuthenticated
        if isinstance(caller, Actor) and caller.user.role not in self.roles:
            raise Forbidden
        return True


class AnyRole(HasRole):
    roles = frozenset(Role)


class ManagesRooms(HasRole):
    roles = frozenset({Role.ADMIN, Role.ROOM_MANAGER})


class IsAdmin(HasRole):
    roles = frozenset({Role.ADMIN})
