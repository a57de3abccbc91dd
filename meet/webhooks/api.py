from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import USER
from accounts.permissions import IsAdmin
from meet import clock, http
from meet.api.describing import describes
from meet.api.views import ApiView
from meet.limits import WEBHOOK_TESTS
from meet.webhooks import endpoints, trial
from meet.webhooks.schema import WEBHOOK_CONFIG, WEBHOOK_TESTED
from meet.webhooks.serializers import WebhookBody, WebhookTestBody, choice, webhook_object


class WebhookView(ApiView):
    authentication_classes = USER
    permission_classes = (IsAdmin,)
    operation = "processing webhooks config"

    @describes("getWebhookConfig", "Get the webhook", answers={200: WEBHOOK_CONFIG})
    def get(self, request: Request) -> Response:
        return Response(webhook_object(endpoints.contract()))

    @describes(
        "updateWebhookConfig",
        "Set the webhook",
        answers={200: WEBHOOK_CONFIG},
        body=WebhookBody,
        body_example=WEBHOOK_CONFIG.example,
        text="`url` must come with `enabled: true`; where it is left out, the stored one stays.",
    )
    def put(self, request: Request) -> Response:
        endpoint = endpoints.configure(choice(self.body(WebhookBody)), now=clock.now())
        return Response(webhook_object(endpoint))


class WebhookTestView(ApiView):
    """For everybody, as the contract has it: hence a limit of its own (rest-api.md 8.3)."""

    permission_classes = ()
    limiter = WEBHOOK_TESTS
    operation = "testing webhook URL"

    @describes(
        "testWebhook",
        "Try an address out",
        answers={200: WEBHOOK_TESTED},
        body=WebhookTestBody,
        body_example={"url": WEBHOOK_CONFIG.example["url"]},
        errors=[
            trial.NothingToSignWith(),
            trial.ReceiverFailed(
                WEBHOOK_CONFIG.example["url"], http.Outcome(None, "Domain name could not be resolved")
            ),
        ],
        text="Sends one signed event `testEvent` there, whether webhooks are enabled or not.",
    )
    def post(self, request: Request) -> Response:
        trial.send_test(self.body(WebhookTestBody)["url"], now=clock.now())
        return Response({"message": "Webhook URL is valid"})
