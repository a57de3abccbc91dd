from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_GET, require_http_methods, require_POST

from accounts.actor import Actor
from accounts.console import signed_in
from accounts.models import Role
from meet import clock
from meet.appearance import css, themes
from meet.appearance.forms import ThemeForm
from meet.appearance.models import BaseTheme


@signed_in(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def config(request: HttpRequest, actor: Actor) -> HttpResponse:
    theme = themes.current()
    form = ThemeForm(request.POST or None, instance=theme)
    if request.method == "POST" and form.is_valid():
        themes.save(form.design(), now=clock.now())
        messages.success(request, _("The design has been saved."))
        return HttpResponseRedirect(reverse("config"))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    context = {"form": form, "theme": theme, "colours": _colours(form)}
    return render(request, "appearance/config.html", context, status=status)


def _colours(form: ThemeForm) -> list[dict[str, Any]]:
    """The five fields, each with its variable and what it is when left empty."""
    return [
        {
            "field": form[column],
            "variable": css.PROPERTIES[name],
            "light": css.DEFAULTS[BaseTheme.LIGHT][name],
            "dark": css.DEFAULTS[BaseTheme.DARK][name],
        }
        for name, column in themes.COLOURS.items()
    ]


@signed_in(Role.ADMIN)
@require_POST
def reset(request: HttpRequest, actor: Actor) -> HttpResponse:
    themes.reset()
    messages.success(request, _("The design is back to how it was delivered."))
    return HttpResponseRedirect(reverse("config"))


def _version(_request: HttpRequest) -> str:
    theme = themes.enabled()
    stamp = clock.to_ms(theme.updated_at) if theme else "none"
    return f'"{settings.MEET_VERSION}-{stamp}"'


@require_GET
@condition(etag_func=_version)
def theme_css(request: HttpRequest) -> HttpResponse:
    answer = HttpResponse(css.stylesheet(themes.enabled()), content_type="text/css; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer
