from allauth.account.views import logout, reauthenticate
from django.urls import include, path

from accounts import views

urlpatterns = [
    path("", views.home, name="home"),
    path("login", views.LoginView.as_view(), name="account_login"),
    path("logout", logout, name="account_logout"),
    path("change-password-required", views.change_password_required, name="change-password-required"),
    path("profile", views.profile, name="profile"),
    path("profile/reauthenticate", reauthenticate, name="account_reauthenticate"),
    path("profile/2fa/", include("allauth.mfa.urls")),
]
