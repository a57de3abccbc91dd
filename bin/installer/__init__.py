"""Set-up of a checkout with nothing but Python's standard library; started by bin/setup (decisions.md 24)."""
