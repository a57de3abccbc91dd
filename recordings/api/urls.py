from django.urls import re_path

from recordings.api.analytics import AnalyticsView

internal = [re_path(r"^analytics/?$", AnalyticsView.as_view())]
