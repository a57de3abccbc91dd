"""The one runner of all tests and checks (decisions.md 25); started by bin/test."""
