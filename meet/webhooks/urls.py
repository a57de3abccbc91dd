from django.urls import path

from meet.webhooks import views

urlpatterns = [
    path("config/webhooks", views.webhook, name="config-webhooks"),
    path("config/webhooks/test", views.webhook_test, name="config-webhooks-test"),
]
