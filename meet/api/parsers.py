"""Bodies as the contract takes them: JSON or urlencoded up to 100 kB, anything else counts as no body."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import IO, Any

from django.http import QueryDict
from rest_framework import parsers
from rest_framework.exceptions import ParseError

from meet.api.fields import MISSING
from meet.errors import DomainError

_LIMIT = 100 * 1024


class BodyTooLarge(DomainError):
    def __init__(self) -> None:
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        super().__init__("Payload Too Large", status, "The request body is larger than 100 kB")


def _text(stream: IO[bytes]) -> str:
    body = stream.read(_LIMIT + 1)
    if len(body) > _LIMIT:
        raise BodyTooLarge
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise ParseError from error


class JSONParser(parsers.JSONParser):
    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        text = _text(stream)
        try:
            value = json.loads(text, parse_constant=_refuse)
            if "\\u" in text:
                # An escape may be half a character, which no database could keep and no answer repeat.
                json.dumps(value, ensure_ascii=False).encode()
            return value
        except (ValueError, RecursionError) as error:
            raise ParseError from error


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


class FormParser(parsers.FormParser):
    """Every value is a string."""

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        return QueryDict(_text(stream)).dict()


class NoBodyParser(parsers.BaseParser):
    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        return MISSING
