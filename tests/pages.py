"""Reading pages by the hooks that users' tests and scripts rely on, not by their markup."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client

from tests.conftest import with_csrf_token

Attributes = dict[str, str | None]


class Page(HTMLParser):
    """The elements of an answer in order, with their attributes; those in templates are for scripts."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.text = answer.content.decode()
        self.elements: list[tuple[str, Attributes]] = []
        self._templates = 0
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "template":
            self._templates += 1
        elif not self._templates:
            self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._templates -= 1

    def by_id(self, element_id: str) -> Attributes | None:
        return next((attributes for _, attributes in self.elements if attributes.get("id") == element_id), None)

    def ids(self, prefix: str) -> list[str]:
        """What follows `prefix` in the ids that begin with it, in order."""
        found = [str(attributes.get("id") or "") for _, attributes in self.elements]
        return [element_id.removeprefix(prefix) for element_id in found if element_id.startswith(prefix)]

    def with_class(self, name: str) -> list[Attributes]:
        return [attributes for _, attributes in self.elements if name in (attributes.get("class") or "").split()]

    def has_element(self, tag: str) -> bool:
        return any(name == tag for name, _ in self.elements)

    def links(self) -> list[str]:
        return [str(attributes["href"]) for _, attributes in self.elements if attributes.get("href")]

    def values(self) -> dict[str, str]:
        """Names and values of its input fields."""
        return {
            str(attributes["name"]): str(attributes.get("value") or "")
            for tag, attributes in self.elements
            if tag == "input" and attributes.get("name")
        }

    @property
    def error_reason(self) -> str | None:
        return next((attributes.get("data-reason") for attributes in self.with_class("error-page")), None)

    @property
    def toasts(self) -> int:
        return len(self.with_class("custom-snackbar"))


def submit(client: Client, path: str, data: dict[str, Any] | None = None, **headers: str) -> Any:
    """Sends a form as its page would."""
    return client.post(path, data or {}, headers={**with_csrf_token(client), **headers})
