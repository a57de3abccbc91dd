from django.urls import path

from recordings.pages import detail_views, list_views, public_views, recorder_page, room_views

urlpatterns = [
    path("recorder", recorder_page.recorder, name="recorder"),
    path("recordings", list_views.recording_list, name="recordings"),
    path("recordings/statuses", list_views.statuses, name="recording-statuses"),
    path("recordings/zip", list_views.recordings_zip, name="recordings-zip"),
    path("recordings/<str:recording_id>", detail_views.recording_detail, name="recording-detail"),
    path("recordings/<str:recording_id>/download", detail_views.recording_download, name="recording-download"),
    path("recordings/<str:recording_id>/share", detail_views.recording_share, name="recording-share"),
    path(
        "recordings/<str:recording_id>/share/switch", detail_views.recording_share_switch, name="recording-share-switch"
    ),
    path(
        "recordings/<str:recording_id>/share/rotate", detail_views.recording_share_rotate, name="recording-share-rotate"
    ),
    path("recordings/<str:recording_id>/delete", detail_views.recording_delete, name="recording-delete"),
    path("rooms/<str:room_id>", room_views.room_detail, name="room-detail"),
    path("rooms/<str:room_id>/recording-settings", room_views.room_recording_settings, name="room-recording-settings"),
    path("room/<str:room_id>/recordings", public_views.room_recordings, name="room-recordings"),
    path("recording/<str:recording_id>", public_views.recording, name="recording"),
    path("recording/<str:recording_id>/share", public_views.share, name="recording-public-share"),
    path("recording/<str:recording_id>/delete", public_views.delete, name="recording-public-delete"),
]
