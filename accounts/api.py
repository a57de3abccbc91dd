"""`/internal-api/v1`: signing in, one's own account, the default API key (rest-api.md 1.3, 1.4)."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import login, passwords
from accounts.authentication import USER, bearer
from accounts.endpoint import UserEndpoint
from accounts.models import ApiKey
from accounts.permissions import AnyRole, IsAdmin
from accounts.serializers import ChangePasswordBody, LoginBody, api_key_object, user_object
from accounts.tokens import InvalidRefreshToken, TokenType, issue, user_of_refresh
from meet import clock
from meet.api.views import ApiView
from meet.limits import AUTHENTICATION, SENSITIVE


class LoginView(ApiView):
    permission_classes = ()
    limiter = None  # counts failures only, in accounts.login
    operation = "logging in"

    def post(self, request: Request) -> Response:
        body = self.body(LoginBody)
        user = login.authenticate(
            request._request, user_id=body["userId"], password=body["password"], code=body.get("code")
        )
        now = clock.now()
        if user.must_change_password:
            return Response(
                {
                    "message": f"User '{user.user_id}' logged in successfully, but password change is required",
                    "accessToken": issue(user, TokenType.TEMPORARY, now=now),
                    "mustChangePassword": True,
                }
            )
        return Response(
            {
                "message": f"User '{user.user_id}' logged in successfully",
                "accessToken": issue(user, TokenType.ACCESS, now=now),
                "refreshToken": issue(user, TokenType.REFRESH, now=now),
            }
        )


class LogoutView(ApiView):
    """Stateless: tokens end by themselves."""

    permission_classes = ()
    limiter = AUTHENTICATION
    operation = "logging out"

    def post(self, request: Request) -> Response:
        return Response({"message": "Logout successful"})


class RefreshView(ApiView):
    permission_classes = ()
    limiter = AUTHENTICATION
    operation = "refreshing token"

    def post(self, request: Request) -> Response:
        token = bearer(request, "X-Refresh-Token")
        if token is None:
            raise InvalidRefreshToken("No refresh token provided")
        now = clock.now()
        user = user_of_refresh(token, now=now)
        answer = {
            "message": f"Access token for user '{user.user_id}' successfully refreshed",
            "accessToken": issue(user, TokenType.ACCESS, now=now),
        }
        if settings.MEET_REFRESH_TOKEN_ROTATION_ENABLED:
            answer["refreshToken"] = issue(user, TokenType.REFRESH, now=now)
        return Response(answer)


class MeView(UserEndpoint):
    authentication_classes = USER
    permission_classes = (AnyRole,)
    allow_pending_change = True
    operation = "getting user profile"

    def get(self, request: Request) -> Response:
        return Response(user_object(self.actor.user))


class ChangePasswordView(UserEndpoint):
    authentication_classes = USER
    permission_classes = (AnyRole,)
    limiter = SENSITIVE
    allow_pending_change = True
    operation = "changing password"

    def post(self, request: Request) -> Response:
        body = self.body(ChangePasswordBody)
        user = self.actor.user
        was_pending = user.must_change_password
        now = clock.now()
        passwords.change(user, current=body["currentPassword"], new=body["newPassword"], now=now)
        answer: dict[str, Any] = {"message": f"Password for user '{user.user_id}' changed successfully"}
        if was_pending:
            answer["accessToken"] = issue(user, TokenType.ACCESS, now=now)
            answer["refreshToken"] = issue(user, TokenType.REFRESH, now=now)
        return Response(answer)


class ApiKeysView(UserEndpoint):
    """The contract's single key, here the default one among several (decisions.md 7)."""

    authentication_classes = USER
    permission_classes = (IsAdmin,)
    limiter = SENSITIVE
    operation = "managing API keys"

    def post(self, request: Request) -> Response:
        key = ApiKey.replace_default(by=self.actor.user, now=clock.now())
        return Response(api_key_object(key), status=HTTPStatus.CREATED)

    def get(self, request: Request) -> Response:
        key = ApiKey.objects.default()
        return Response([api_key_object(key)] if key else [])

    def delete(self, request: Request) -> Response:
        ApiKey.objects.filter(is_default=True).delete()
        return Response({"message": "API keys deleted successfully"})
