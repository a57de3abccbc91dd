"""allauth's hooks: our limiter, our client address, no sign-up."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from accounts import login
from meet.limits import client_of


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_of(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        login.count_as_failed(request)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        counted_at = time.time()
        user = super().authenticate(request, **credentials)
        if user is None or not user.is_active:
            # As the API has it: told no more than that user ID or password are wrong.
            return None
        login.count_as_successful(request, counted_at=counted_at)
        return user
