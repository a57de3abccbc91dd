"""API keys in the console. No key goes into an address, a session or a cache: it stands in the answer to the form that
asked for it, and nowhere else."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts import keys
from accounts.actor import Actor
from accounts.console import signed_in
from accounts.keys_forms import NewKeyForm
from accounts.models import ApiKey, Role
from meet import clock
from meet.limits import SENSITIVE, client_of


@dataclass(frozen=True)
class Question:
    """What is asked before something that cannot be undone; `answer` is the button's word for «yes», `element` the id
    of the dialog."""

    element: str
    title: str | Promise
    text: str | Promise
    answer: str | Promise


_REPLACE = Question(
    "replace-default-key",
    gettext_lazy("Replace the default key?"),
    gettext_lazy("Programs that use the old key stop working at once. Webhooks are signed with the new one."),
    gettext_lazy("Replace"),
)
_DELETE_DEFAULT = Question(
    "delete-default-key",
    gettext_lazy("Delete the default key?"),
    gettext_lazy("Programs that use it stop working at once. No webhooks are sent until there is a new one."),
    gettext_lazy("Delete"),
)


def _deletion_of(key: ApiKey) -> Question:
    return Question(
        f"delete-key-{key.pk}",
        _("Delete the key «%(name)s»?") % {"name": key.name},
        _("Programs that use it stop working at once. This cannot be undone."),
        _("Delete"),
    )


@signed_in(Role.ADMIN)
@never_cache
@require_GET
def key_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    return _list(request, shows_default=False)


@signed_in(Role.ADMIN)
@never_cache
@require_http_methods(["GET", "POST"])
def default_key_shown(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The list with the default key in clear: as the answer to a form only, no link leads there."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("api-keys"))
    SENSITIVE.hit(client_of(request))
    return _list(request, shows_default=True)


def _list(request: HttpRequest, *, shows_default: bool) -> HttpResponse:
    now = clock.now()
    default = ApiKey.objects.default()
    text = default.text if default else None
    rows = [
        {"key": key, "has_expired": key.has_expired(now=now), "question": _deletion_of(key)} for key in keys.named()
    ]
    context: dict[str, Any] = {
        "default": default,
        "is_readable": text is not None,
        "text": text if shows_default else None,
        "replacement": _REPLACE,
        "deletion": _DELETE_DEFAULT,
        "rows": rows,
        "expired": sum(row["has_expired"] for row in rows),
    }
    return render(request, "accounts/api_keys.html", context)


@signed_in(Role.ADMIN)
@never_cache
@require_http_methods(["GET", "POST"])
def default_key_replace(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Leads back to the list, where the new key waits to be shown: loading an answer again replaces nothing."""
    if request.method != "POST":
        return _ask(request, _REPLACE)
    SENSITIVE.hit(client_of(request))
    ApiKey.replace_default(by=actor.user, now=clock.now())
    messages.success(request, _("There is a new default key. Show it to copy it."))
    return HttpResponseRedirect(reverse("api-keys"))


@signed_in(Role.ADMIN)
@never_cache
@require_http_methods(["GET", "POST"])
def default_key_delete(request: HttpRequest, actor: Actor) -> HttpResponse:
    if request.method != "POST":
        return _ask(request, _DELETE_DEFAULT)
    SENSITIVE.hit(client_of(request))
    keys.delete_default()
    messages.success(request, _("The default key has been deleted."))
    return HttpResponseRedirect(reverse("api-keys"))


@signed_in(Role.ADMIN)
@never_cache
@require_http_methods(["GET", "POST"])
def key_new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The answer to the form is the one page that ever has the key in it."""
    if request.method == "POST":
        SENSITIVE.hit(client_of(request))
    form = NewKeyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        key, text = ApiKey.issue(
            name=data["name"], scopes=data["scopes"], by=actor.user, now=clock.now(), expires_at=data["expires_at"]
        )
        return render(request, "accounts/api_key_made.html", {"key": key, "text": text}, status=HTTPStatus.CREATED)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "accounts/api_key_new.html", {"form": form}, status=status)


@signed_in(Role.ADMIN)
@never_cache
@require_http_methods(["GET", "POST"])
def key_delete(request: HttpRequest, actor: Actor, key_id: str) -> HttpResponse:
    key = keys.named_key(key_id)
    if request.method != "POST":
        return _ask(request, _deletion_of(key))
    SENSITIVE.hit(client_of(request))
    keys.delete(key)
    messages.success(request, _("The key «%(name)s» has been deleted.") % {"name": key.name})
    return HttpResponseRedirect(reverse("api-keys"))


def _ask(request: HttpRequest, question: Question) -> HttpResponse:
    """Without script, on a page of its own that posts to its own address."""
    return render(request, "accounts/api_key_question.html", {"question": question})
