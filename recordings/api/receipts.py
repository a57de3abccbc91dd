"""Receipts of deleted recordings; ours, beside the contract."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import API_KEY_OR_USER
from accounts.endpoint import UserEndpoint
from accounts.models import Scope
from accounts.permissions import IsAdmin, read_write
from meet.api.describing import describes
from meet.api.fields import ObjectSerializer, StringField
from meet.api.pagination import page, page_fields
from recordings.api.schema import RECEIPT_PAGE
from recordings.files.receipts import SORTS, receipt_object, receipts


class ReceiptListQuery(ObjectSerializer):
    recordingId = StringField(required=False, help_text="Only the one of this recording")
    roomId = StringField(required=False, help_text="Only those of this room, which may be gone as well")

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), **page_fields(tuple(SORTS))}


class DeletionReceiptsView(UserEndpoint):
    authentication_classes = API_KEY_OR_USER
    permission_classes = (IsAdmin,)
    scopes = read_write(Scope.RECORDINGS_READ, Scope.RECORDINGS_WRITE)
    operation = "listing deletion receipts"

    @describes(
        "getDeletionReceipts",
        "List receipts of deleted recordings",
        answers={200: RECEIPT_PAGE},
        query=ReceiptListQuery,
        text="For administrators. A receipt is written when neither the recording nor its file is there any more, a "
        "little after the deletion, and kept for a year unless the installation says otherwise.",
    )
    def get(self, request: Request) -> Response:
        query = self.query(ReceiptListQuery)
        found = receipts(recording_id=query.get("recordingId"), room_id=query.get("roomId"))
        return Response(page([found], sorts=SORTS, query=query).envelope("receipts", receipt_object))
