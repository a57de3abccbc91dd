from allauth.account.views import logout, reauthenticate
from django.urls import include, path

from accounts import keys_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("login", views.LoginView.as_view(), name="account_login"),
    path("logout", logout, name="account_logout"),
    path("change-password-required", views.change_password_required, name="change-password-required"),
    path("profile", views.profile, name="profile"),
    path("profile/reauthenticate", reauthenticate, name="account_reauthenticate"),
    path("api-keys", keys_views.key_list, name="api-keys"),
    path("api-keys/new", keys_views.key_new, name="api-key-new"),
    path("api-keys/default/show", keys_views.default_key_shown, name="default-key-show"),
    path("api-keys/default/replace", keys_views.default_key_replace, name="default-key-replace"),
    path("api-keys/default/delete", keys_views.default_key_delete, name="default-key-delete"),
    path("api-keys/<key_id>/delete", keys_views.key_delete, name="api-key-delete"),
    path("profile/2fa/", include("allauth.mfa.urls")),
]
