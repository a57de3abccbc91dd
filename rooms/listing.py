"""How lists of rooms are ordered."""

from datetime import datetime

from meet.api.pagination import Sort

SORTS = {
    "creationDate": Sort("created_at", datetime),
    "roomName": Sort("name_key", str),
    "autoDeletionDate": Sort("expires_at", datetime, nullable=True),
}
