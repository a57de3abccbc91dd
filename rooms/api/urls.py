from django.urls import re_path

from rooms.api.meetings import (
    LiveMeetingsView,
    LiveMeetingView,
    MeetingView,
    ParticipantRoleView,
    ParticipantView,
    RoomMeetingsView,
)
from rooms.api.members import MembersView, MemberView
from rooms.api.rooms import RoomsView, RoomView
from rooms.api.tokens import MemberTokenRefreshView, MemberTokenView

public = [
    re_path(r"^rooms/?$", RoomsView.as_view()),
    re_path(r"^rooms/(?P<room_id>[^/]+)/?$", RoomView.as_view()),
    re_path(r"^rooms/(?P<room_id>[^/]+)/members/?$", MembersView.as_view()),
    re_path(r"^rooms/(?P<room_id>[^/]+)/members/(?P<member_id>[^/]+)/?$", MemberView.as_view()),
    re_path(r"^rooms/(?P<room_id>[^/]+)/meetings/?$", RoomMeetingsView.as_view()),
    re_path(r"^meetings/?$", LiveMeetingsView.as_view()),
    re_path(r"^meetings/(?P<room_id>[^/]+)/?$", LiveMeetingView.as_view()),
]
internal = [
    re_path(r"^meetings/(?P<room_id>[^/]+)/?$", MeetingView.as_view()),
    re_path(r"^meetings/(?P<room_id>[^/]+)/participants/(?P<identity>[^/]+)/?$", ParticipantView.as_view()),
    re_path(r"^meetings/(?P<room_id>[^/]+)/participants/(?P<identity>[^/]+)/role/?$", ParticipantRoleView.as_view()),
    re_path(r"^rooms/(?P<room_id>[^/]+)/members/token/refresh/?$", MemberTokenRefreshView.as_view()),
    re_path(r"^rooms/(?P<room_id>[^/]+)/members/token/?$", MemberTokenView.as_view()),
]
