"""What may stand in the query of the room endpoints (rest-api.md 1.5, 3.2)."""

from typing import Any

from meet import ids
from meet.api.fields import EnumField, IdsField, ObjectSerializer, StringField
from meet.api.matching import BooleanTextField, match_fields, text_match
from meet.api.pagination import page_fields
from rooms.api.room_bodies import ExternalIdField
from rooms.deletion import Policy
from rooms.listing import SORTS, Filters
from rooms.models import MeetingPolicy, RecordingsPolicy, RoomStatus


class RoomListQuery(ObjectSerializer):
    status = EnumField(RoomStatus.values, required=False)
    owner = StringField(
        minimum=(1, "owner cannot be empty"),
        required=False,
        help_text="Rooms of this user; adds up with `member` and `userAccess`",
    )
    member = StringField(
        minimum=(1, "member cannot be empty"), required=False, help_text="Rooms with this user among their members"
    )
    userAccess = BooleanTextField(default=False, help_text="Rooms that everybody with an account may enter")
    externalId = ExternalIdField(required=False, help_text="The room with this id of your own system")

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), **match_fields("roomName"), **page_fields(tuple(SORTS))}


def filters(query: dict[str, Any]) -> Filters:
    return Filters(
        name=text_match(query, "roomName"),
        status=RoomStatus(query["status"]) if "status" in query else None,
        owner=query.get("owner"),
        member=query.get("member"),
        user_access=query["userAccess"],
        external_id=query.get("externalId"),
    )


class DeletionQuery(ObjectSerializer):
    """`dryRun` is ours: what would happen, and nothing happens."""

    withMeeting = EnumField(
        MeetingPolicy.values,
        default="fail",
        help_text="If there is a meeting: end it, wait until it ends, or delete nothing",
    )
    withRecordings = EnumField(
        RecordingsPolicy.values,
        default="fail",
        help_text="If there are recordings: delete them as well, only close the room, or delete nothing",
    )
    dryRun = BooleanTextField(default=False, help_text="Only tell what would happen")


class BulkDeletionQuery(DeletionQuery):
    roomIds = IdsField(
        "At least one valid roomId is required after sanitization",
        clean=ids.cleaned,
        help_text="Separated by commas",
    )


def policy(query: dict[str, Any]) -> Policy:
    return Policy(MeetingPolicy(query["withMeeting"]), RecordingsPolicy(query["withRecordings"]))
