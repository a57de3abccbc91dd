from django.urls import re_path

from meet.openapi import views

public = [
    re_path(r"^$", views.RootView.as_view(), name="api-root"),
    re_path(r"^openapi\.json$", views.DocumentView.as_view(), name="openapi"),
    re_path(r"^docs/?$", views.swagger, name="api-docs"),
    re_path(r"^redoc/?$", views.redoc, name="api-redoc"),
]
internal = [re_path(r"^docs/?$", views.internal_swagger)]
