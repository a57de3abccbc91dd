"""What may stand in bodies and queries of the recording endpoints (rest-api.md 1.8)."""

from typing import Any

from rest_framework.exceptions import ValidationError

from meet.api.describing import JsonSchema
from meet.api.fields import EnumField, IdsField, ObjectSerializer, StrictField, StringField
from meet.api.matching import BooleanTextField, match_fields, text_match
from meet.api.pagination import page_fields
from meet.errors import InvalidRequest
from recordings.api.endpoint import MALFORMED, cleaned
from recordings.listing import ANY_NAME, SORTS, Filters
from recordings.models import RecordingStatus
from rooms.api.config_bodies import LAYOUTS, EncodingField
from rooms.api.room_bodies import LONGEST_ROOM_ID, room_id_from


class RoomIdField(StringField):
    """Cleaned as in a path."""

    def to_internal_value(self, data: Any) -> str:
        try:
            return room_id_from(super().to_internal_value(data))
        except InvalidRequest as error:
            raise ValidationError([issue.message for issue in error.issues]) from error


class RecordingOptionsBody(ObjectSerializer):
    layout = EnumField(LAYOUTS, required=False)
    encoding = EncodingField(required=False)


class StartBody(ObjectSerializer):
    roomId = RoomIdField()
    config = RecordingOptionsBody(required=False, help_text="What is not said is as the room's configuration has it")


# -- Queries ---------------------------------------------------------------------------------------------------------


class RecordingListQuery(ObjectSerializer):
    roomId = StringField(
        minimum=(1, "roomId cannot be empty after sanitization"),
        maximum=(LONGEST_ROOM_ID, f"roomId cannot exceed {LONGEST_ROOM_ID} characters"),
        required=False,
        help_text="Only those of this room: by its id or, where no room has it, by its exact name. `roomName` and its "
        "companions are ignored then",
    )
    status = EnumField(RecordingStatus.values, required=False)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), **match_fields("roomName"), **page_fields(tuple(SORTS))}


def filters(query: dict[str, Any]) -> Filters:
    return Filters(
        room=query.get("roomId"),
        name=ANY_NAME if "roomId" in query else text_match(query, "roomName"),
        status=RecordingStatus(query["status"]) if "status" in query else None,
    )


class RecordingIdsField(IdsField):
    """In their order and as often as they are named: a zip has a file as often as it is asked for."""

    def __init__(self) -> None:
        super().__init__("At least one recordingId is required")

    def to_internal_value(self, data: Any) -> Any:
        texts = [part for part in StringField.to_internal_value(self, data).split(",") if part.strip()]
        if not texts:
            raise ValidationError(self.message)
        cleaned_ids = [cleaned(text) for text in texts]
        problems = {str(index): [MALFORMED] for index, one in enumerate(cleaned_ids) if one is None}
        if problems:
            raise ValidationError(problems)
        return [one for one in cleaned_ids if one is not None]


class RecordingIdsQuery(ObjectSerializer):
    recordingIds = RecordingIdsField()


class DeletionQuery(ObjectSerializer):
    """`dryRun` is ours: what would happen, and nothing happens."""

    dryRun = BooleanTextField(default=False, help_text="Only tell what would happen")


class BulkDeletionQuery(DeletionQuery):
    recordingIds = RecordingIdsField()


class IsTrueField(StrictField):
    """Whether the text says «true», in any case; everything else says that it is not."""

    expected = "string"

    def to_internal_value(self, data: Any) -> bool:
        return isinstance(data, str) and data.lower() == "true"

    def json_schema(self) -> JsonSchema:
        return {"type": "string", "default": "false"}


class UrlQuery(ObjectSerializer):
    privateAccess = IsTrueField(
        default=False, help_text="`true`: the link that needs an account; anything else: the one that needs none"
    )
