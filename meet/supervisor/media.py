"""The embedded media server: a real livekit-server that serves this machine only."""

import json
import os
import platform
import shutil
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meet.supervisor.claims import Port, Refusal, has_ipv6_loopback


@dataclass(frozen=True)
class Media:
    port: int  # HTTP and WebSocket; + 1 ICE over TCP, + 2 ICE over UDP
    api_key: str
    api_secret: str
    webhook_url: str
    log_level: str = "warn"

    def ports(self) -> list[Port]:
        owner, variable = "embedded media server", "MEET_PORT (the media ports follow it)"
        hosts = ["127.0.0.1", "::1"] if has_ipv6_loopback() else ["127.0.0.1"]
        return [
            *(Port(self.port, owner, variable, host) for host in hosts),
            # These two listen on every address, whatever the configuration says.
            Port(self.port + 1, owner, variable),
            Port(self.port + 2, owner, variable, kind=socket.SOCK_DGRAM),
        ]

    def configuration(self) -> dict[str, Any]:
        """Everything stays on loopback and no STUN server is asked, so that it works without a network."""
        return {
            "port": self.port,
            # LIVEKIT_URL says localhost, and browsers try either address for it.
            "bind_addresses": ["127.0.0.1", "::1"] if has_ipv6_loopback() else ["127.0.0.1"],
            "keys": {self.api_key: self.api_secret},
            "rtc": {
                "node_ip": "127.0.0.1",
                "use_external_ip": False,
                "enable_loopback_candidate": True,
                "ips": {"includes": ["127.0.0.0/8"]},
                "tcp_port": self.port + 1,
                "udp_port": self.port + 2,
                "stun_servers": [f"127.0.0.1:{self.port + 2}"],
            },
            "room": {"auto_create": True, "enable_remote_unmute": False},
            "webhook": {"api_key": self.api_key, "urls": [self.webhook_url]},
            "logging": {"level": self.log_level, "json": False},
        }

    def write(self, path: Path) -> Path:
        """JSON, which is YAML too. It holds the API secret: nobody else may read it, not even for a moment."""
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(self.configuration(), indent=2) + "\n")
        draft.replace(path)
        return path


def server() -> str:
    """The livekit-server that `bin/setup` promised: named, found, or built and linked beside Python."""
    beside_python = str(Path(sys.executable).parent)
    search = os.pathsep.join([os.environ.get("PATH", os.defpath), beside_python])
    named = os.environ.get("MEET_LIVEKIT_SERVER")
    found = shutil.which(named or "livekit-server", path=search)
    if found is None:
        what = f"MEET_LIVEKIT_SERVER names {named}, which is no program" if named else "No livekit-server was found"
        raise Refusal(f"{what} on this {platform.system()} machine. Run bin/setup, or set LIVEKIT_URL.")
    return found
