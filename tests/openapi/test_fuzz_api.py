"""Whatever a program sends, the answer is one of those in the document, and never a 5xx. The long run is in
tests/nightly."""

from typing import Any

import pytest
from hypothesis import given
from schemathesis import GenerationMode

from tests.openapi.fuzzing import CHECKS, Headers, committed, headers, settings, state_machine

__all__ = ["headers"]


OPERATIONS = [found.ok() for found in committed().get_all_operations()]


@pytest.mark.parametrize("operation", [pytest.param(one, id=one.label) for one in OPERATIONS])
def test_an_operation_answers_as_it_says(operation: Any, headers: Headers) -> None:
    @settings(max_examples=20, derandomize=True)
    @given(case=operation.as_strategy() | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def program(case: Any) -> None:
        case.call_and_validate(headers=headers(), checks=CHECKS)

    program()


def test_sequences_of_operations_do(headers: Headers) -> None:
    state_machine(headers).run(settings=settings(max_examples=120, stateful_step_count=8, derandomize=True))
