"""Examples of administration in the OpenAPI document; a test sends each of them to a synthetic city."""

from __future__ import annotations

from api.routes.examples import Examples

API_KEY: Examples = {
    "app": {
        "summary": "For the back end of an app in one district, until the end of 2027",
        "value": {
            "name": "mini program",
            "role": "resident_app",
            "jurisdiction": ["440103"],
            "expires_at": "2027-12-31T16:00:00Z",
        },
    },
    "everywhere": {
        "summary": "Suggestions for a partner, of all areas",
        "value": {"name": "partner portal", "role": "api_client", "jurisdiction": None},
    },
}
ROTATION: Examples = {
    "an_hour": {"summary": "Both keys work for an hour", "value": {"overlap_seconds": 3600}},
    "at_once": {"summary": "The key before stops at once", "value": {"overlap_seconds": 0}},
}
WEBHOOK: Examples = {
    "answers": {
        "summary": "What providers answer in one district",
        "value": {
            "url": "https://hooks.partner.example/hooks/lastmeter",
            "event_types": ["referral.accepted", "referral.rejected"],
            "jurisdiction": ["440103"],
        },
    },
    "everything": {
        "summary": "All events of needs and referrals",
        "value": {"url": "https://hooks.partner.example:8443/", "jurisdiction": None},
    },
}
RESIDENT: Examples = {
    "least": {
        "summary": "Registered and living in one community",
        "value": {"registration_code": "440103001101", "residence_code": "440103001101"},
    },
    "known": {
        "summary": "What help has to reckon with",
        "value": {
            "id": "resident-77",
            "registration_code": "440103001101",
            "residence_code": "440103001101",
            "hardship": ["minimum_living_allowance"],
            "birth_year": 1944,
            "languages": ["yue"],
            "accessibility": ["wheelchair"],
        },
    },
}
CONTACT: Examples = {
    "all": {
        "summary": "Name, phone number and address",
        "value": {"name": "陈小明", "phone": "020 0000 0000", "address": "沙面大街 0 号"},
    },
    "name": {"summary": "Only the name is known", "value": {"name": "陈小明"}},
}
