"""Examples of what the console asks, in the OpenAPI document; a test sends each of them."""

from __future__ import annotations

from api.routes.examples import Examples

TRIAL_WEIGHTS: Examples = {
    "nearness": {
        "summary": "What if nearness counted twice as much as anything else?",
        "value": {
            "weights": {"proximity": 2, "skill": 1, "capacity": 1, "continuity": 1, "fairness": 1},
            "limit": 5,
        },
    }
}
ACCEPTANCE: Examples = {
    "part": {
        "summary": "One of its proposals",
        "value": {"assignments": [{"need_id": "need-1", "provider_id": "volunteer-1"}]},
    }
}
