"""Print the table of roles in `docs/security.md` from the policy: ``python docs/roles_table.py``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from api.identity.policy import POLICY, Rule
from graph_models.domain.credentials import Role


def table() -> Iterator[str]:
    yield f"| operation | {' | '.join(f'`{role}`' for role in Role)} |"
    yield f"|---|{'---|' * len(Role)}"
    for name, rule in POLICY.items():
        yield f"| `{name}` | {' | '.join(cell(rule, role) for role in Role)} |"


def cell(rule: Rule, role: Role) -> str:
    if rule.is_public:
        return "public"
    if role not in rule.roles:
        return ""
    return "own" if rule.is_scoped else "yes"


if __name__ == "__main__":
    sys.stdout.write("\n".join(table()) + "\n")
