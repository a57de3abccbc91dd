"""Permissions of a room's two roles on the wire: both spellings, conflicts, MEET_MODE (rest-api.md 2.3)."""

from typing import Any

import pytest
from pytest_django import Settings

from rooms.models import Room
from rooms.permissions import ALL, OLD_NAMES, SPEAKER_DEFAULT, Permission
from tests.conftest import Api

ROOMS = "/api/v1/rooms?extraFields=roles"
GROUP = ("recordingList", "recordingPlay", "recordingDownload")


def speaker(permissions: dict[str, Any]) -> dict[str, Any]:
    return {"roles": {"speaker": {"permissions": permissions}}}


def granted(api: Api, permissions: dict[str, Any]) -> dict[str, bool]:
    answer = api.post(ROOMS, speaker(permissions))
    assert answer.status_code == 201, answer.content
    result: dict[str, bool] = answer.json()["roles"]["speaker"]["permissions"]
    return result


def refused(api: Api, permissions: dict[str, Any]) -> list[dict[str, str]]:
    answer = api.post(ROOMS, speaker(permissions))
    assert answer.status_code == 422
    details: list[dict[str, str]] = answer.json()["details"]
    return details


@pytest.mark.parametrize("name", [str(permission.name) for permission in Permission])
def test_one_permission_is_set_and_all_others_keep_their_default(api: Api, name: str) -> None:
    was_granted = Permission[name] in SPEAKER_DEFAULT
    granted(api, {name: not was_granted})
    assert Room.objects.get().speaker_permissions == int(SPEAKER_DEFAULT ^ Permission[name])


@pytest.mark.parametrize(("name", "group"), OLD_NAMES.items())
def test_each_older_name_means_its_current_ones(api: Api, name: str, group: Permission) -> None:
    granted(api, {name: False})
    assert Room.objects.get().speaker_permissions == int(SPEAKER_DEFAULT & ~group)


def test_changing_the_moderators_leaves_the_speakers_alone(api: Api) -> None:
    api.post(ROOMS, {"roles": {"moderator": {"permissions": {"meetingEnd": False}}}})
    room = Room.objects.get()
    assert room.moderator_permissions == int(ALL & ~Permission.meetingEnd)
    assert room.speaker_permissions == int(SPEAKER_DEFAULT)


def test_answers_carry_both_spellings_and_say_that_one_is_old(api: Api) -> None:
    answer = api.post(ROOMS, speaker({"recordingPlay": False}))
    permissions = answer.json()["roles"]["speaker"]["permissions"]
    assert set(permissions) == {str(permission.name) for permission in Permission} | set(OLD_NAMES)
    assert permissions["canRecord"] is False
    assert permissions["canJoinMeeting"] is True
    assert permissions["canRetrieveRecordings"] is False, "all three must be granted"
    assert answer["Deprecation"] == "true"


def test_an_answer_without_permissions_says_nothing_of_old_names(api: Api) -> None:
    assert "Deprecation" not in api.post("/api/v1/rooms", {})


def test_two_spellings_that_agree_are_accepted(api: Api) -> None:
    assert granted(api, {"canRecord": True, "recordingControl": True})["recordingControl"] is True


def test_a_mix_of_spellings_is_accepted(api: Api) -> None:
    result = granted(api, {"canRecord": True, "chatWrite": False})
    assert result["recordingControl"] is True
    assert result["chatWrite"] is False


def test_two_spellings_that_differ_are_refused_at_the_old_one(api: Api) -> None:
    assert refused(api, {"canRecord": False, "recordingControl": True}) == [
        {
            "field": "roles.speaker.permissions.canRecord",
            "message": "Conflicting values for deprecated permission 'canRecord' (false) and its replacement "
            "'recordingControl' (true); send only one spelling",
        }
    ]


def test_a_group_conflicts_with_any_of_its_three(api: Api) -> None:
    [problem] = refused(api, {"canRetrieveRecordings": True, "recordingDownload": False})
    assert problem["field"] == "roles.speaker.permissions.canRetrieveRecordings"
    assert "(true) and its replacement 'recordingDownload' (false)" in problem["message"]


@pytest.mark.parametrize("name", ["recordingControl", "canRecord"])
def test_a_permission_is_true_or_false(api: Api, name: str) -> None:
    assert refused(api, {name: "yes"}) == [
        {"field": f"roles.speaker.permissions.{name}", "message": "Expected boolean, received string"}
    ]


def test_unknown_permissions_are_dropped(api: Api) -> None:
    assert "canFly" not in granted(api, {"canFly": True, "recordingControl": True})


class TestInMode390:
    @pytest.fixture(autouse=True)
    def _mode(self, settings: Settings) -> None:
        settings.MEET_MODE = "3.9.0"

    def test_answers_carry_the_current_names_only(self, api: Api) -> None:
        answer = api.post(ROOMS, {})
        assert set(answer.json()["roles"]["speaker"]["permissions"]) == {
            str(permission.name) for permission in Permission
        }
        assert "Deprecation" not in answer

    def test_an_old_name_is_refused_with_the_new_one(self, api: Api) -> None:
        assert refused(api, {"canRecord": True}) == [
            {
                "field": "roles.speaker.permissions.canRecord",
                "message": "'canRecord' is not accepted when MEET_MODE is '3.9.0'; use 'recordingControl'",
            }
        ]

    def test_an_old_group_is_refused_with_all_its_new_names(self, api: Api) -> None:
        [problem] = refused(api, {"canRetrieveRecordings": True})
        assert problem["message"].endswith("; use 'recordingList', 'recordingPlay', 'recordingDownload'")

    def test_the_current_names_work(self, api: Api) -> None:
        permissions = granted(api, dict.fromkeys(GROUP, False))
        assert not any(permissions[name] for name in GROUP)
