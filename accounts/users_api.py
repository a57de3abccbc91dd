"""Users (rest-api.md 1.2), under `/api/v1` and, for an older dialect, under `/internal-api/v1`."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts import schema, users
from accounts.authentication import API_KEY_OR_USER
from accounts.endpoint import UserEndpoint
from accounts.models import Role, Scope, User
from accounts.permissions import IsAdmin, ManagesRooms, read_write
from accounts.serializers import user_object
from accounts.user_bodies import (
    BulkDeletionQuery,
    NewUserBody,
    ResetPasswordBody,
    UserListQuery,
    UserRoleBody,
    new_user,
)
from meet import clock
from meet.api.describing import Answer, describes
from meet.api.matching import text_match
from meet.api.pagination import Sort, page
from meet.limits import SENSITIVE
from meet.links import base_of

_NOT_FOUND = users.UserNotFound(schema.USER_ID)
SORTS = {"registrationDate": Sort("created_at", datetime), "name": Sort("name_key", str)}


class UsersEndpoint(UserEndpoint):
    """Whoever manages rooms may look users up; changing them is for administrators."""

    authentication_classes = API_KEY_OR_USER
    scopes = read_write(Scope.USERS_READ, Scope.USERS_WRITE)

    def get_permissions(self) -> list[Any]:
        return [ManagesRooms() if self.is_read else IsAdmin()]


class UsersView(UsersEndpoint):
    operation = "processing users"

    @describes(
        "createUser",
        "Create a user",
        answers={201: schema.USER},
        body=NewUserBody,
        body_example={"userId": "olga_", "name": "Olga", "role": "room_manager", "password": "correct horse battery"},
        errors=[users.UserExists(schema.USER_ID)],
        text="They must choose another password when they first sign in. Administrators are made by administrators, "
        "and by keys with the scope `admin`.",
    )
    def post(self, request: Request) -> Response:
        user = users.create(new_user(self.body(NewUserBody)), by=self.actor, now=clock.now())
        location = f"{base_of(request._request)}/api/v1/users/{user.user_id}"
        return Response(user_object(user), status=HTTPStatus.CREATED, headers={"Location": location})

    @describes(
        "getUsers",
        "List users",
        answers={200: schema.USER_PAGE},
        query=UserListQuery,
        text="With both `userId` and `name`, those that either of them finds.",
    )
    def get(self, request: Request) -> Response:
        query = self.query(UserListQuery)
        name = text_match(query, "name")
        found = User.objects.filter(role=Role(query["role"])) if "role" in query else User.objects.all()
        # By id or by name: two questions of an index each, where one with OR would be a walk through all.
        scopes = [found.filter(user_id=query["userId"])] if query["userId"] else []
        if name or not scopes:
            scopes.append(found.filter(name.on("name", key="name_key")))
        with name.bounded():
            answer = page(scopes, sorts=SORTS, query=query)
        return Response(answer.envelope("users", user_object))

    @describes(
        "deleteUsers",
        "Delete several users",
        answers={
            200: schema.USERS_DELETED,
            400: Answer(schema.USERS_NOT_DELETED, text="Some, or all, could not be deleted; `deleted` have been"),
        },
        query=BulkDeletionQuery,
        text="Each by itself, as `deleteUser` does it: one that cannot be deleted keeps no other from it.",
    )
    def delete(self, request: Request) -> Response:
        outcome = users.delete_many(self.query(BulkDeletionQuery)["userIds"], by=self.actor, now=clock.now())
        failed = [{"userId": user_id, "error": error} for user_id, error in outcome.failed.items()]
        message = f"{len(failed)} user(s) could not be deleted" if failed else "All users deleted successfully"
        return Response(
            {"message": message, "deleted": outcome.deleted, "failed": failed},
            status=HTTPStatus.BAD_REQUEST if failed else HTTPStatus.OK,
        )


class UserView(UsersEndpoint):
    operation = "processing user"

    @describes("getUser", "Get a user", answers={200: schema.USER}, errors=[_NOT_FOUND])
    def get(self, request: Request, user_id: str) -> Response:
        return Response(user_object(users.find(user_id)))

    @describes(
        "deleteUser",
        "Delete a user",
        answers={200: schema.USER_DELETED},
        errors=[_NOT_FOUND, users.Refused(*users.ROOT_ACCOUNT), users.Refused(*users.OWN_ACCOUNT)],
        text="Their rooms go to the root administrator, their memberships end, and they leave every meeting.",
    )
    def delete(self, request: Request, user_id: str) -> Response:
        users.delete(user_id, by=self.actor, now=clock.now())
        return Response({"message": f"User '{user_id}' deleted successfully"})


class UserPasswordView(UsersEndpoint):
    limiter = SENSITIVE
    operation = "resetting user password"

    @describes(
        "resetUserPassword",
        "Reset a user's password",
        answers={200: schema.PASSWORD_RESET},
        body=ResetPasswordBody,
        body_example={"newPassword": "correct horse battery"},
        errors=[_NOT_FOUND, users.Refused(*users.OWN_PASSWORD), users.Refused(*users.ROOT_PASSWORD)],
        text="They must choose another one when they next sign in.",
    )
    def put(self, request: Request, user_id: str) -> Response:
        users.reset_password(user_id, self.body(ResetPasswordBody)["newPassword"], by=self.actor, now=clock.now())
        message = f"Password for user '{user_id}' has been reset successfully. User must change password on next login."
        return Response({"message": message})


class UserRoleView(UsersEndpoint):
    operation = "updating user role"

    @describes(
        "updateUserRole",
        "Change a user's role",
        answers={200: schema.USER},
        body=UserRoleBody,
        body_example={"role": "room_manager"},
        errors=[_NOT_FOUND, users.Refused(*users.ROOT_ROLE), users.Refused(*users.OWN_ROLE)],
        text="Their tokens end. The rooms of a new room member go to the root administrator; a new administrator's "
        "memberships end. The role that they have already changes nothing.",
    )
    def put(self, request: Request, user_id: str) -> Response:
        role = Role(self.body(UserRoleBody)["role"])
        return Response(user_object(users.change_role(user_id, role, by=self.actor, now=clock.now())))
