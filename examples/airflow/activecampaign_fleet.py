"""The accounts of a fleet: what Airflow has to know of each. Needs nothing but Python.

Run as a program, it prints the pools to import:
    python3 activecampaign_fleet.py accounts.json > pools.json && airflow pools import pools.json
"""

import json
import re
import sys
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Account:
    """One account. Its name is part of ids, so it holds small letters, digits and hyphens only."""

    name: str
    api_url: str
    every: str = "hour"
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", self.name):
            raise ValueError(f"{self.name!r} is no name of an account: small letters, digits and hyphens only")
        if self.every not in ("hour", "day"):
            raise ValueError(f"{self.name}: every must be 'hour' or 'day', not {self.every!r}")

    @property
    def dag_id(self) -> str:
        return f"activecampaign_{self.name}"

    @property
    def pool(self) -> str:
        """One slot: whatever reads this account shares its five requests a second, so it waits its turn."""
        return f"activecampaign_{self.name}"

    @property
    def schedule(self) -> str:
        """Spread over the hour, and over the night, by the name, so that a fleet does not start all at once."""
        at = zlib.crc32(self.name.encode())
        minute = at % 60
        return f"{minute} * * * *" if self.every == "hour" else f"{minute} {at // 60 % 6} * * *"

    @property
    def environment(self) -> dict[str, str]:
        """What the tap reads besides its config; the token comes from a connection of Airflow's."""
        settings = {"api_url": self.api_url, "log_format": "json", **self.settings}
        return {
            f"TAP_ACTIVECAMPAIGN_{name.upper()}": value if isinstance(value, str) else json.dumps(value)
            for name, value in settings.items()
        }


def load_accounts(path: Path) -> list[Account]:
    accounts = [Account(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
    names = [account.name for account in accounts]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"accounts that are there twice: {', '.join(sorted(twice))}")
    return accounts


def pools(accounts: list[Account]) -> dict[str, Any]:
    return {
        account.pool: {"slots": 1, "description": f"ActiveCampaign account {account.name}", "include_deferred": False}
        for account in accounts
    }


if __name__ == "__main__":
    json.dump(pools(load_accounts(Path(sys.argv[1]))), sys.stdout, indent=2)
