from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import USER
from accounts.permissions import IsAdmin
from meet import clock
from meet.api.views import ApiView
from meet.limits import WEBHOOK_TESTS
from meet.webhooks import endpoints, trial
from meet.webhooks.serializers import WebhookBody, WebhookTestBody, choice, webhook_object


class WebhookView(ApiView):
    authentication_classes = USER
    permission_classes = (IsAdmin,)
    operation = "processing webhooks config"

    def get(self, request: Request) -> Response:
        return Response(webhook_object(endpoints.contract()))

    def put(self, request: Request) -> Response:
        endpoint = endpoints.configure(choice(self.body(WebhookBody)), now=clock.now())
        return Response(webhook_object(endpoint))


class WebhookTestView(ApiView):
    """For everybody, as the contract has it: hence a limit of its own (rest-api.md 8.3)."""

    permission_classes = ()
    limiter = WEBHOOK_TESTS
    operation = "testing webhook URL"

    def post(self, request: Request) -> Response:
        trial.send_test(self.body(WebhookTestBody)["url"], now=clock.now())
        return Response({"message": "Webhook URL is valid"})
