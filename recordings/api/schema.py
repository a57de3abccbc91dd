"""Recordings and figures, for the OpenAPI document."""

from meet.api.describing import COUNT, shape

ANALYTICS = shape(
    "Analytics",
    {
        "totalRooms": COUNT,
        "activeRooms": {**COUNT, "description": "Rooms with a meeting right now"},
        "totalRecordings": COUNT,
        "completeRecordings": COUNT,
    },
    example={"totalRooms": 42, "activeRooms": 3, "totalRecordings": 17, "completeRecordings": 15},
)
