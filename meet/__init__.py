"""Meet: a self-hosted meeting console on LiveKit."""

__version__ = "0.1.0"
