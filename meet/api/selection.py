"""`fields` and `extraFields`: which keys of an entity an answer carries (rest-api.md 0.4)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request

from meet.errors import InvalidRequest, Issue


@dataclass(frozen=True)
class Selection:
    """`keys` is the set that an answer carries; None stands for the whole default answer."""

    keys: frozenset[str] | None
    extras: frozenset[str]

    def wants(self, key: str, *, is_extra: bool = False) -> bool:
        if is_extra:
            return key in self.extras
        return self.keys is None or key in self.keys


def selection(request: Request, *, base: Collection[str], extra: Collection[str] = ()) -> Selection:
    """What query and headers ask for, together; unknown names are ignored, nothing valid counts as not asked."""
    asked = _names(request, "fields", "X-Fields") & frozenset(base)
    extras = _names(request, "extraFields", "X-ExtraFields") & frozenset(extra)
    return Selection(asked or None, extras)


def _names(request: Request, parameter: str, header: str) -> frozenset[str]:
    values = request.query_params.getlist(parameter)
    if len(values) > 1:
        raise InvalidRequest(Issue(parameter, "Expected string, received array"))
    listed = ",".join([*values, request.headers.get(header, "")])
    return frozenset(name.strip() for name in listed.split(",") if name.strip())


def filtered(entity: Mapping[str, Any], chosen: Selection) -> dict[str, Any]:
    """`entity` with the chosen keys; extras are expected to be there only if they were asked for."""
    return {key: value for key, value in entity.items() if chosen.wants(key) or key in chosen.extras}
