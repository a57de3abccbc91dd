"""`config/security` (rest-api.md 1.10)."""

from collections.abc import Sequence
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts import oauth, schema
from accounts.actor import Actor
from accounts.authentication import USER, UserIfAny
from accounts.models import OAuthProvider
from accounts.permissions import IsAdmin
from meet.api.describing import describes
from meet.api.fields import EnumField, ObjectSerializer, ObjectsField, StringField
from meet.api.views import ApiView


class ProviderBody(ObjectSerializer):
    provider = EnumField(OAuthProvider.Kind.values)
    clientId = StringField()
    clientSecret = StringField()
    redirectUri = StringField()


class AuthenticationBody(ObjectSerializer):
    oauthProviders = ObjectsField(ProviderBody)


class SecurityBody(ObjectSerializer):
    authentication = AuthenticationBody()


class SecurityView(ApiView):
    """Everybody may know which providers there are; their secrets are for administrators."""

    operation = "processing security config"

    def get_authenticators(self) -> list[Any]:
        return [UserIfAny()] if self.is_read else [kind() for kind in USER]

    def get_permissions(self) -> list[Any]:
        return [] if self.is_read else [IsAdmin()]

    @describes(
        "getSecurityConfig",
        "Get the OAuth providers",
        answers={200: schema.SECURITY_CONFIG},
        security=["AccessToken", "Session", None],
        text="For everybody; `clientSecret` only for administrators. Credentials that do not hold count as none.",
    )
    def get(self, request: Request) -> Response:
        caller: object = request.user
        is_admin = isinstance(caller, Actor) and caller.user.is_admin
        return Response(_security_object(oauth.providers(), shows_secrets=is_admin))

    @describes(
        "updateSecurityConfig",
        "Set the OAuth providers",
        answers={200: schema.SECURITY_CONFIG},
        body=SecurityBody,
        body_example=schema.SECURITY_CONFIG.example,
        text="All of them, in this order. They are kept for programs that ask for them; nobody signs in through them.",
    )
    def put(self, request: Request) -> Response:
        body = self.body(SecurityBody)
        chosen = [_provider(one) for one in body["authentication"]["oauthProviders"]]
        return Response(_security_object(oauth.replace_providers(chosen), shows_secrets=True))


def _provider(body: dict[str, str]) -> oauth.Provider:
    kind = OAuthProvider.Kind(body["provider"])
    return oauth.Provider(kind, body["clientId"], body["clientSecret"], body["redirectUri"])


def _security_object(providers: Sequence[OAuthProvider], *, shows_secrets: bool) -> dict[str, Any]:
    return {"authentication": {"oauthProviders": [_object(one, shows_secret=shows_secrets) for one in providers]}}


def _object(provider: OAuthProvider, *, shows_secret: bool) -> dict[str, str]:
    shown = {"provider": str(provider.kind), "clientId": provider.client_id}
    if shows_secret:
        shown["clientSecret"] = provider.client_secret
    return {**shown, "redirectUri": provider.redirect_uri}
