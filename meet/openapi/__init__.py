"""The API as an OpenAPI 3.1 document, made of what the endpoints say of themselves (`meet.api.describing`)."""
