from django.urls import re_path

from rooms import api

public = [
    re_path(r"^rooms/?$", api.RoomsView.as_view()),
    re_path(r"^rooms/(?P<room_id>[^/]+)/?$", api.RoomView.as_view()),
]
internal = [
    re_path(r"^meetings/(?P<room_id>[^/]+)/?$", api.MeetingView.as_view()),
    re_path(r"^rooms/(?P<room_id>[^/]+)/members/token/refresh/?$", api.MemberTokenRefreshView.as_view()),
    re_path(r"^rooms/(?P<room_id>[^/]+)/members/token/?$", api.MemberTokenView.as_view()),
]
