from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import USER
from accounts.permissions import IsAdmin
from meet.api.describing import describes
from meet.api.views import ApiView
from recordings import analytics
from recordings.api.schema import ANALYTICS


class AnalyticsView(ApiView):
    authentication_classes = USER
    permission_classes = (IsAdmin,)
    operation = "getting analytics"

    @describes("getAnalytics", "Count rooms and recordings", answers={200: ANALYTICS})
    def get(self, request: Request) -> Response:
        figures = analytics.figures()
        return Response(
            {
                "totalRooms": figures.rooms,
                "activeRooms": figures.active_rooms,
                "totalRecordings": figures.recordings,
                "completeRecordings": figures.complete_recordings,
            }
        )
