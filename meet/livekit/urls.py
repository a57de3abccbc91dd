from django.urls import path

from meet.livekit import views

urlpatterns = [path("webhook", views.webhook, name="livekit-webhook")]
