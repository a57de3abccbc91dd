"""JSON for programs, the browsable API for people; never 406."""

from collections.abc import Iterable
from typing import Any

from rest_framework import negotiation, renderers
from rest_framework.exceptions import NotAcceptable
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from meet.errors import DomainError


class JSONRenderer(renderers.JSONRenderer):
    charset = "utf-8"


class BrowsableAPIRenderer(renderers.BrowsableAPIRenderer):
    """Offers the raw JSON form only: an HTML form could not say null, absent or false (decisions.md 16)."""

    def get_rendered_html_form(self, data: Any, view: Any, method: str, request: Request) -> Any:
        return None

    def show_form_for_method(self, view: Any, method: str, request: Request, obj: Any) -> bool:
        """Whoever may not use a method gets the page without its form; DRF expects errors of its own there."""
        try:
            return bool(super().show_form_for_method(view, method, request, obj))
        except DomainError:
            return False


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
