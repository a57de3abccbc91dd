from django.urls import path

from recordings import recorder_page

urlpatterns = [
    path("recorder", recorder_page.recorder, name="recorder"),
]
