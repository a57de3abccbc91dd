"""What the page's script asked for, rather than the browser."""

from django.http import HttpRequest


def is_by_htmx(request: HttpRequest) -> bool:
    """A fragment is wanted, not a page. django-htmx says so; errors from before its middleware have no answer yet."""
    return bool(getattr(request, "htmx", False))
