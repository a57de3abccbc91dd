"""JSON for programs, the browsable API for people; never 406."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user
from django.template import loader
from rest_framework import negotiation, renderers
from rest_framework.exceptions import NotAcceptable
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request, override_method

from meet.api.describing import description_of
from meet.errors import DomainError

_CHANGING = ("POST", "PUT", "PATCH", "DELETE")


class JSONRenderer(renderers.JSONRenderer):
    charset = "utf-8"


@dataclass(frozen=True)
class RawForm:
    """A method that can be tried out: with a JSON body, if it takes one. An HTML form could not say null, absent or
    false (decisions.md 16)."""

    method: str
    title: str
    takes_body: bool
    example: str


class BrowsableAPIRenderer(renderers.BrowsableAPIRenderer):
    """The answer and what else can be done here, in the frame of the console."""

    def get_context(
        self, data: Any, accepted_media_type: str | None, renderer_context: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        context = dict(renderer_context or {})
        view, request, response = context["view"], context["request"], context["response"]
        told = description_of(view, request.method)
        return {
            "content": self.get_content(
                self.get_default_renderer(view) or JSONRenderer(), data, accepted_media_type, context
            ),
            "title": told.summary if told else view.get_view_name(),
            "text": told.text if told else "",
            "method": request.method,
            "path": request.get_full_path(),
            "response": response,
            "headers": sorted(response.items()),
            "forms": [_form(view, method) for method in _CHANGING if _may(view, method, request)],
        }

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> Any:
        context = self.get_context(data, accepted_media_type, renderer_context)
        request = (renderer_context or {})["request"]._request
        # DRF has put whoever was authenticated there; the frame is for the user of the session.
        request.user = get_user(request)
        return loader.get_template(self.template).render(context, request=request)


def _may(view: Any, method: str, request: Request) -> bool:
    if method not in view.allowed_methods:
        return False
    with override_method(view, request, method) as other:
        view.request = other
        try:
            for permission in view.get_permissions():
                if not permission.has_permission(other, view):
                    return False
        except DomainError:
            return False
        finally:
            view.request = request
    return True


def _form(view: Any, method: str) -> RawForm:
    told = description_of(view, method)
    if told is None:
        return RawForm(method, method, takes_body=method != "DELETE", example="{}")
    example = told.body_example if told.body_example is not None else {}
    return RawForm(method, told.summary, bool(told.body), json.dumps(example, indent=2, ensure_ascii=False))


class Negotiation(negotiation.DefaultContentNegotiation):
    def filter_renderers(self, renderers: Iterable[BaseRenderer], format: str) -> list[BaseRenderer]:  # noqa: A002
        """A `?format=` that nobody offers is ignored like any other unknown parameter."""
        offered = list(renderers)
        return [renderer for renderer in offered if renderer.format == format] or offered

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        offered = list(renderers)
        try:
            renderer, media_type = super().select_renderer(request, offered, format_suffix)
        except NotAcceptable:
            return offered[0], offered[0].media_type
        return renderer, media_type
