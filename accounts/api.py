"""`/internal-api/v1`: signing in, one's own account, the default API key (rest-api.md 1.3, 1.4)."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import keys, login, passwords, schema
from accounts.authentication import USER, bearer
from accounts.endpoint import UserEndpoint
from accounts.login import LoginError
from accounts.models import ApiKey
from accounts.passwords import WrongPassword
from accounts.permissions import AnyRole, IsAdmin
from accounts.serializers import ChangePasswordBody, LoginBody, api_key_object, user_object
from accounts.tokens import (
    InvalidRefreshToken,
    InvalidSubject,
    PasswordChangeRequired,
    TokenType,
    issue,
    user_of_refresh,
)
from meet import clock
from meet.api.describing import MESSAGE, describes
from meet.api.views import ApiView
from meet.errors import TooManyRequests
from meet.limits import AUTHENTICATION, FAILED_LOGINS, SENSITIVE


class LoginView(ApiView):
    permission_classes = ()
    limiter = None  # counts failures only, in accounts.login
    operation = "logging in"

    @describes(
        "login",
        "Sign in",
        answers={200: schema.LOGIN},
        body=LoginBody,
        body_example={"userId": "olga_", "password": "correct horse battery staple"},
        errors=[LoginError(), TooManyRequests(FAILED_LOGINS.message, headers={})],
        text="Those who have set up one-time codes send one as `code`. Only failures count towards the limit.",
    )
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

    @describes("logout", "Sign out", answers={200: MESSAGE}, text="Tokens end by themselves; nothing is revoked.")
    def post(self, request: Request) -> Response:
        return Response({"message": "Logout successful"})


class RefreshView(ApiView):
    permission_classes = ()
    limiter = AUTHENTICATION
    operation = "refreshing token"

    @describes(
        "refreshTokens",
        "Renew the access token",
        answers={200: schema.REFRESHED},
        security=["RefreshToken"],
        errors=[
            InvalidRefreshToken("No refresh token provided"),
            InvalidRefreshToken(),
            InvalidSubject(),
            PasswordChangeRequired(),
        ],
    )
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

    @describes("getMe", "Get one's own account", answers={200: schema.USER})
    def get(self, request: Request) -> Response:
        return Response(user_object(self.actor.user))


class ChangePasswordView(UserEndpoint):
    authentication_classes = USER
    permission_classes = (AnyRole,)
    limiter = SENSITIVE
    allow_pending_change = True
    operation = "changing password"

    @describes(
        "changePassword",
        "Change one's own password",
        answers={200: schema.PASSWORD_CHANGED},
        body=ChangePasswordBody,
        body_example={"currentPassword": "admin-2026", "newPassword": "correct horse battery staple"},
        errors=[WrongPassword()],
    )
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

    @describes(
        "createApiKey",
        "Replace the default API key",
        answers={201: schema.API_KEY},
        text="The old one stops working at once.",
    )
    def post(self, request: Request) -> Response:
        key = ApiKey.replace_default(by=self.actor.user, now=clock.now())
        return Response(api_key_object(key), status=HTTPStatus.CREATED)

    @describes(
        "getApiKeys", "Get the default API key", answers={200: schema.API_KEYS}, text="An array of one, or of none."
    )
    def get(self, request: Request) -> Response:
        key = ApiKey.objects.default()
        return Response([api_key_object(key)] if key else [])

    @describes("deleteApiKeys", "Delete the default API key", answers={200: MESSAGE})
    def delete(self, request: Request) -> Response:
        keys.delete_default()
        return Response({"message": "API keys deleted successfully"})
