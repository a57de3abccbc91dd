from django.urls import re_path

from recordings.api.analytics import AnalyticsView
from recordings.api.media import RecordingDownloadView, RecordingMediaView, RecordingsZipView
from recordings.api.meeting import MeetingRecordingView
from recordings.api.receipts import DeletionReceiptsView
from recordings.api.recordings import RecordingStopView, RecordingsView, RecordingUrlView, RecordingView

# Names are for recordings.media_links.
public = [
    re_path(r"^recordings/?$", RecordingsView.as_view()),
    re_path(r"^recordings/download/?$", RecordingsZipView.as_view()),
    re_path(r"^recordings/(?P<recording_id>[^/]+)/?$", RecordingView.as_view()),
    re_path(r"^recordings/(?P<recording_id>[^/]+)/stop/?$", RecordingStopView.as_view()),
    re_path(r"^recordings/(?P<recording_id>[^/]+)/media/?$", RecordingMediaView.as_view(), name="api-recording-media"),
    re_path(
        r"^recordings/(?P<recording_id>[^/]+)/download/?$",
        RecordingDownloadView.as_view(),
        name="api-recording-download",
    ),
    re_path(r"^recordings/(?P<recording_id>[^/]+)/url/?$", RecordingUrlView.as_view()),
    re_path(r"^deletion-receipts/?$", DeletionReceiptsView.as_view()),
]
internal = [
    re_path(r"^analytics/?$", AnalyticsView.as_view()),
    re_path(r"^meetings/(?P<room_id>[^/]+)/recording/?$", MeetingRecordingView.as_view()),
]
