"""LiveKit Egress as recordings see it: what is asked of it, what it says, and what becomes of either."""
