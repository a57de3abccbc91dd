from django.urls import path

from meet.appearance import views

urlpatterns = [
    path("config", views.config, name="config"),
    path("config/reset", views.reset, name="config-reset"),
    path("theme.css", views.theme_css, name="theme-css"),
]
