"""Which functions know what an event of LiveKit means, in their order. Dotted names: this package knows nobody above
it."""

HANDLERS: dict[str, tuple[str, ...]] = {
    "room_started": ("rooms.livekit_events.room_started",),
    "room_finished": ("rooms.livekit_events.room_finished",),
    "participant_joined": ("rooms.livekit_events.participant_joined", "recordings.livekit_events.participant_joined"),
    "participant_left": ("rooms.livekit_events.participant_left",),
    "participant_connection_aborted": ("rooms.livekit_events.participant_left",),
    "egress_started": ("recordings.livekit_events.egress_changed",),
    "egress_updated": ("recordings.livekit_events.egress_changed",),
    "egress_ended": ("recordings.livekit_events.egress_changed",),
}
