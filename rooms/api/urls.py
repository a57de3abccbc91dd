from django.urls import re_path

from rooms.api.captions import AssistantsView, AssistantView, CaptionsConfigView
from rooms.api.meetings import MeetingView
from rooms.api.rooms import RoomsView, RoomView
from rooms.api.tokens import MemberTokenRefreshView, MemberTokenView

public = [
    re_path(r"^rooms/?$", RoomsView.as_view()),
    re_path(r"^rooms/(?P<room_id>[^/]+)/?$", RoomView.as_view()),
]
internal = [
    re_path(r"^config/captions/?$", CaptionsConfigView.as_view()),
    re_path(r"^ai/assistants/?$", AssistantsView.as_view()),
    re_path(r"^ai/assistants/(?P<assistant_id>[^/]+)/?$", AssistantView.as_view()),
    re_path(r"^meetings/(?P<room_id>[^/]+)/?$", MeetingView.as_view()),
    re_path(r"^rooms/(?P<room_id>[^/]+)/members/token/refresh/?$", MemberTokenRefreshView.as_view()),
    re_path(r"^rooms/(?P<room_id>[^/]+)/members/token/?$", MemberTokenView.as_view()),
]
