from http import HTTPStatus
from typing import Any

from allauth.account.views import LoginView as BaseLoginView
from allauth.mfa.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import passwords
from accounts.actor import Actor
from accounts.console import signed_in
from accounts.forms import ChangePasswordForm, LoginForm
from meet import clock
from meet.limits import SENSITIVE, client_of


class LoginView(BaseLoginView):
    """allauth's, telling by its status when it refuses."""

    def form_invalid(self, form: LoginForm) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)
        response.status_code = HTTPStatus.TOO_MANY_REQUESTS if form.was_limited else HTTPStatus.UNPROCESSABLE_ENTITY
        return response


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("rooms"))


@signed_in()
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest, actor: Actor) -> HttpResponse:
    return _change_password(request, actor, template="accounts/profile.html", then="profile")


@signed_in()
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def change_password_required(request: HttpRequest, actor: Actor) -> HttpResponse:
    if not actor.user.must_change_password:
        return HttpResponseRedirect(reverse("home"))
    return _change_password(request, actor, template="accounts/change_password_required.html", then="home")


def _change_password(request: HttpRequest, actor: Actor, *, template: str, then: str) -> HttpResponse:
    if request.method == "POST":
        SENSITIVE.hit(client_of(request))
    form = ChangePasswordForm(request.POST or None, user=actor.user)
    if request.method == "POST" and form.is_valid():
        data: dict[str, Any] = form.cleaned_data
        passwords.change(actor.user, current=data["current"], new=data["new"], now=clock.now())
        update_session_auth_hash(request, actor.user)
        messages.success(request, _("Your password has been changed."))
        return HttpResponseRedirect(reverse(then))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    context = {"form": form, "has_second_step": get_adapter().is_mfa_enabled(actor.user)}
    return render(request, template, context, status=status)
