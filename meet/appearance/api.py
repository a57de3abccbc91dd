from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import USER
from accounts.permissions import IsAdmin
from meet import clock
from meet.api.describing import describes
from meet.api.views import ApiView
from meet.appearance import themes
from meet.appearance.schema import APPEARANCE
from meet.appearance.serializers import AppearanceRequest, appearance_object, design


class AppearanceView(ApiView):
    """Reading is for everybody: the look of the lobby is no secret. A stale token there counts as none."""

    operation = "processing appearance config"

    def get_authenticators(self) -> list[Any]:
        return [] if self.is_read else [kind() for kind in USER]

    def get_permissions(self) -> list[Any]:
        return [] if self.is_read else [IsAdmin()]

    @describes("getAppearance", "Get the look of the meeting pages", answers={200: APPEARANCE})
    def get(self, request: Request) -> Response:
        return Response(appearance_object(themes.current()))

    @describes(
        "updateAppearance", "Set the look of the meeting pages", answers={200: APPEARANCE}, body=AppearanceRequest,
        body_example=APPEARANCE.example,
    )  # fmt: skip
    def put(self, request: Request) -> Response:
        theme = themes.save(design(self.body(AppearanceRequest)), now=clock.now())
        return Response(appearance_object(theme))
