"""The door of the console: who is signed in, with which role."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from accounts.actor import Actor, Via
from accounts.models import Role, User
from meet.errors import Forbidden
from meet.htmx import is_by_htmx

Parameters = ParamSpec("Parameters")


def signed_in(
    *roles: Role,
) -> Callable[
    [Callable[Concatenate[HttpRequest, Actor, Parameters], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, Parameters], HttpResponseBase],
]:
    """Hands the view an `Actor`: visitors are sent to the login and back, other roles than `roles` get 403. Without
    roles, everybody with an account may enter."""

    def decorate(
        view: Callable[Concatenate[HttpRequest, Actor, Parameters], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, Parameters], HttpResponseBase]:
        @wraps(view)
        def inner(request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, User):
                if is_by_htmx(request):
                    # The login is no fragment: the page as a whole is asked for again, and leads there.
                    return HttpResponse(headers={"HX-Refresh": "true"})
                return redirect_to_login(request.get_full_path())
            if roles and user.role not in roles:
                raise Forbidden
            return view(request, Actor(user, Via.SESSION), *args, **kwargs)

        return inner

    return decorate
