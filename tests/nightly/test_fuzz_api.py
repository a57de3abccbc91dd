"""Ten minutes of programs that send what the document allows, and what it does not; see tests/openapi."""

import time

import pytest

from tests.openapi.fuzzing import Headers, headers, settings, state_machine

__all__ = ["headers"]

pytestmark = pytest.mark.django_db
_SECONDS = 600


def test_no_program_gets_an_answer_that_is_not_in_the_document(headers: Headers) -> None:
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        state_machine(headers).run(settings=settings(max_examples=100, stateful_step_count=20))
