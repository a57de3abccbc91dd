from django.urls import re_path

from accounts import api, security_api
from accounts.named_keys_api import NamedKeysView, NamedKeyView
from accounts.users_api import UserPasswordView, UserRoleView, UsersView, UserView

_users = [
    re_path(r"^users/?$", UsersView.as_view()),
    re_path(r"^users/(?P<user_id>[^/]+)/?$", UserView.as_view()),
    re_path(r"^users/(?P<user_id>[^/]+)/password/?$", UserPasswordView.as_view()),
    re_path(r"^users/(?P<user_id>[^/]+)/role/?$", UserRoleView.as_view()),
]
public = [
    *_users,
    re_path(r"^api-keys/?$", NamedKeysView.as_view()),
    re_path(r"^api-keys/(?P<key_id>[^/]+)/?$", NamedKeyView.as_view()),
]
# An older dialect has the users here as well (rest-api.md 9.4); one's own account goes before them.
internal = [
    re_path(r"^auth/login/?$", api.LoginView.as_view()),
    re_path(r"^auth/logout/?$", api.LogoutView.as_view()),
    re_path(r"^auth/refresh/?$", api.RefreshView.as_view()),
    re_path(r"^users/me/?$", api.MeView.as_view()),
    re_path(r"^users/change-password/?$", api.ChangePasswordView.as_view()),
    re_path(r"^api-keys/?$", api.ApiKeysView.as_view()),
    *_users,
    re_path(r"^config/security/?$", security_api.SecurityView.as_view()),
]
