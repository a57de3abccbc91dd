from django.urls import re_path

from rooms.api.captions import AssistantsView, AssistantView, CaptionsConfigView
from rooms.api.meetings import (
    LiveMeetingsView,
    LiveMeetingView,
    MeetingView,
    ParticipantRoleView,
    ParticipantView,
    RoomMeetingsView,
)
from rooms.api.members import MembersView, MemberView
from rooms.api.rooms import RoomByExternalIdView, RoomsView, RoomView
from rooms.api.settings import RoomAccessView, RoomAnonymousView, RoomConfigView, RoomRolesView, RoomStatusView
from rooms.api.tokens import MemberTokenRefreshView, MemberTokenView

# The names tell meet.api.dialects which answer it has before it.
public = [
    re_path(r"^rooms/?$", RoomsView.as_view(), name="api-rooms"),
    # An external id may be a path itself, or have lines.
    re_path(r"^rooms/by-external-id/(?P<external_id>[\s\S]+?)/?\Z", RoomByExternalIdView.as_view()),
    re_path(r"^rooms/(?P<room_id>[^/]+)/?$", RoomView.as_view()),
    re_path(r"^rooms/(?P<room_id>[^/]+)/config/?$", RoomConfigView.as_view(), name="api-room-config"),
    re_path(r"^rooms/(?P<room_id>[^/]+)/status/?$", RoomStatusView.as_view(), name="api-room-status"),
    re_path(r"^rooms/(?P<room_id>[^/]+)/roles/?$", RoomRolesView.as_view(), name="api-room-roles"),
    re_path(r"^rooms/(?P<room_id>[^/]+)/access/?$", RoomAccessView.as_view()),
    re_path(r"^rooms/(?P<room_id>[^/]+)/anonymous/?$", RoomAnonymousView.as_view()),
    re_path(r"^rooms/(?P<room_id>[^/]+)/members/?$", MembersView.as_view()),
    re_path(r"^rooms/(?P<room_id>[^/]+)/members/(?P<member_id>[^/]+)/?$", MemberView.as_view()),
    re_path(r"^rooms/(?P<room_id>[^/]+)/meetings/?$", RoomMeetingsView.as_view()),
    re_path(r"^meetings/?$", LiveMeetingsView.as_view()),
    re_path(r"^meetings/(?P<room_id>[^/]+)/?$", LiveMeetingView.as_view()),
]
internal = [
    re_path(r"^config/captions/?$", CaptionsConfigView.as_view()),
    re_path(r"^ai/assistants/?$", AssistantsView.as_view()),
    re_path(r"^ai/assistants/(?P<assistant_id>[^/]+)/?$", AssistantView.as_view()),
    re_path(r"^meetings/(?P<room_id>[^/]+)/?$", MeetingView.as_view()),
    re_path(r"^meetings/(?P<room_id>[^/]+)/participants/(?P<identity>[^/]+)/?$", ParticipantView.as_view()),
    re_path(r"^meetings/(?P<room_id>[^/]+)/participants/(?P<identity>[^/]+)/role/?$", ParticipantRoleView.as_view()),
    re_path(r"^rooms/(?P<room_id>[^/]+)/members/token/refresh/?$", MemberTokenRefreshView.as_view()),
    re_path(r"^rooms/(?P<room_id>[^/]+)/members/token/?$", MemberTokenView.as_view()),
]
