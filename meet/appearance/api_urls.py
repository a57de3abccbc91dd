from django.urls import re_path

from meet.appearance import api

internal = [re_path(r"^config/rooms/appearance/?$", api.AppearanceView.as_view())]
