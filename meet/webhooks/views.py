"""Webhooks in the console: a card of the configuration page, and where it goes wrong a page of its own."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actor import Actor
from accounts.console import signed_in
from accounts.models import Role
from meet import clock, http
from meet.htmx import is_by_htmx
from meet.webhooks import endpoints, trial
from meet.webhooks.forms import WebhookForm, WebhookTestForm


@signed_in(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def webhook(request: HttpRequest, actor: Actor) -> HttpResponse:
    form = WebhookForm(request.POST) if request.method == "POST" else WebhookForm.of(endpoints.contract())
    if form.is_valid():
        endpoints.configure(form.choice(), now=clock.now())
        messages.success(request, _("The webhook has been saved."))
        return HttpResponseRedirect(reverse("config"))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "webhooks/config.html", {"form": form, "result": None}, status=status)


@signed_in(Role.ADMIN)
@require_POST
def webhook_test(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Tests the address as it stands in the form, saved or not. What came of it is shown beside the form."""
    form = WebhookTestForm(request.POST)
    if form.is_valid():
        result = _tried(form.cleaned_data["url"])
    else:
        result = {"works": False, "text": " ".join(str(error) for error in form.errors["url"])}
    if is_by_htmx(request):
        return render(request, "webhooks/_test_result.html", {"result": result})
    return render(request, "webhooks/config.html", {"form": form, "result": result})


def _tried(url: str) -> dict[str, Any]:
    try:
        trial.send_test(url, now=clock.now())
    except trial.NothingToSignWith:
        return {"works": False, "text": _("There is no API key to sign events with. Make one first.")}
    except trial.ReceiverFailed as error:
        return {"works": False, "text": _in_words(error.outcome)}
    return {"works": True, "text": _("The receiver took the test event.")}


def _in_words(outcome: http.Outcome) -> str:
    if outcome.status is not None:
        return _("The receiver answered «%(answer)s» instead of success.") % {"answer": outcome.reason}
    known = {
        "Request timed out after 5 seconds": _("The receiver did not answer within 5 seconds."),
        "Domain name could not be resolved": _("There is no host of that name."),
        "Connection refused by server": _("Nothing listens at that address."),
        "Connection reset by server": _("The receiver hung up without an answer."),
        "SSL/TLS certificate error": _("The receiver's certificate is not valid."),
        "Network error: the address is not allowed": _("This installation may not send to that address."),
    }
    return known.get(outcome.reason) or _("It could not be reached: %(reason)s") % {"reason": outcome.reason}
