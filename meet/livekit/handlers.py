"""Which function knows what an event of LiveKit means. Dotted names: this package knows nobody above it."""

HANDLERS: dict[str, str] = {
    "room_started": "rooms.livekit_events.room_started",
    "room_finished": "rooms.livekit_events.room_finished",
    "participant_joined": "rooms.livekit_events.participant_joined",
    "participant_left": "rooms.livekit_events.participant_left",
    "participant_connection_aborted": "rooms.livekit_events.participant_left",
}
