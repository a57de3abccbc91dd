from django.urls import path

from rooms import meeting_views, views

urlpatterns = [
    path("rooms", views.room_list, name="rooms"),
    path("rooms/new", views.room_new, name="room-new"),
    path("rooms/statuses", views.statuses, name="room-statuses"),
    path("rooms/<str:room_id>/share", views.share, name="room-share"),
    path("rooms/<str:room_id>/links/<str:kind>.svg", views.link_qr, name="room-link-qr"),
    path("rooms/<str:room_id>/delete", views.room_delete, name="room-delete"),
    path("room/<str:room_id>", meeting_views.meeting, name="meeting"),
]
