from django.urls import re_path

from accounts import api, security_api

internal = [
    re_path(r"^auth/login/?$", api.LoginView.as_view()),
    re_path(r"^auth/logout/?$", api.LogoutView.as_view()),
    re_path(r"^auth/refresh/?$", api.RefreshView.as_view()),
    re_path(r"^users/me/?$", api.MeView.as_view()),
    re_path(r"^users/change-password/?$", api.ChangePasswordView.as_view()),
    re_path(r"^api-keys/?$", api.ApiKeysView.as_view()),
    re_path(r"^config/security/?$", security_api.SecurityView.as_view()),
]
