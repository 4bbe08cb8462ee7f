"""Examples in the OpenAPI document; a test sends each of them to a synthetic city."""

from __future__ import annotations

from typing import Any

Examples = dict[str, Any]

_BATHING = {"skill_id": "personal_care.bathing", "min_level": 0.4}
_HOME = {"latitude": 23.1075, "longitude": 113.2437, "crs": "wgs84"}

NEED: Examples = {
    "in_a_community": {
        "summary": "The least that makes a need: a category and a community",
        "value": {"category_id": "home_care", "community_code": "440103001101"},
    },
    "with_a_time": {
        "summary": "At a point, on Tuesday morning, for two units",
        "value": {
            "id": "need-20260303-17",
            "category_id": "home_care",
            "community_code": "440103001101",
            "location": _HOME,
            "required_skills": [_BATHING],
            "urgency": "urgent",
            "units": 2,
            "time_window": {"start": "2026-03-03T08:00:00+08:00", "end": "2026-03-03T12:00:00+08:00"},
            "visit_minutes": 90,
        },
    },
}
NEED_CHANGES: Examples = {
    "escalate": {"summary": "More urgent, at any time", "value": {"urgency": "asap", "time_window": None}}
}
PROVIDER: Examples = {
    "volunteer": {
        "summary": "A volunteer who travels up to 3 km",
        "value": {
            "id": "volunteer-20260303-4",
            "kind": "volunteer",
            "name": "Volunteer 4",
            "capacity": {"total": 3},
            "skills": [{"skill_id": "personal_care.bathing", "level": 0.8}],
            "location": {"latitude": 23.1108, "longitude": 113.2491, "crs": "gcj02"},
            "community_code": "440103001101",
            "max_travel_km": 3,
            "availability": "Mo-Fr 08:30-12:00,14:00-17:00; Sa 09:00-12:00",
            "languages": ["zh", "yue"],
            "verified_at": "2026-02-10T09:00:00+08:00",
            "monthly_cap": 8,
            "cooldown_hours": 12,
        },
    },
    "charity": {
        "summary": "A charity that serves a whole district",
        "value": {
            "kind": "charity",
            "name": "Liwan Care",
            "capacity": {"total": 40},
            "skills": [{"skill_id": "personal_care", "level": 0.7}],
            "serves": ["440103"],
            "eligibility": {"min_age": 60},
        },
    },
}
PROVIDER_CHANGES: Examples = {
    "pause": {"summary": "Not to be suggested for now", "value": {"is_active": False}},
    "more_capacity": {"summary": "Two more units", "value": {"capacity": {"total": 5}}},
}
PLAN: Examples = {
    "everything": {"summary": "All open needs", "value": {}},
    "district": {
        "summary": "Care at home in one district",
        "value": {"area_codes": ["440103"], "category_ids": ["home_care", "home_nursing"]},
    },
}
SITES: Examples = {
    "most_residents": {
        "summary": "The station that has most residents in difficulty within 3 km",
        "value": {"method": "mclp", "count": 1, "limit_km": 3.0},
    },
    "district": {
        "summary": "Where one station shortens the ways in a district most",
        "value": {"method": "p_median", "count": 1, "area_code": "440103"},
    },
}
TRIAL: Examples = {
    "train": {
        "summary": "Two volunteers of a district learn to advise on law",
        "value": {
            "changes": [
                {
                    "kind": "train",
                    "skill_id": "legal.advice",
                    "count": 2,
                    "area_code": "440103",
                    "level": 0.8,
                }
            ]
        },
    },
    "open": {
        "summary": "A new provider",
        "value": {"changes": [{"kind": "open", "provider": PROVIDER["charity"]["value"]}]},
    },
}
DESCRIBED_NEED: Examples = {
    "for_an_older_person": {
        "summary": "A point and a person of 82 who speaks Cantonese",
        "value": {
            "need": {"category_id": "home_care", "location": _HOME, "required_skills": [_BATHING]},
            "resident": {"age": 82, "languages": ["yue"], "accessibility": ["wheelchair"]},
            "limit": 5,
            "explain": True,
        },
    },
    "by_phone": {
        "summary": "Legal advice by phone for a community",
        "value": {"need": {"category_id": "legal_aid", "community_code": "440103001101"}},
    },
}
REFERRAL: Examples = {
    "ask": {"summary": "Ask a volunteer for all that is open", "value": {"provider_id": "volunteer-1"}},
    "part": {
        "summary": "One unit, prepared and not yet sent",
        "value": {"provider_id": "volunteer-1", "units": 1, "is_draft": True},
    },
}
TRANSITION: Examples = {
    "accept": {"summary": "The provider takes it", "value": {"status": "accepted"}},
    "reject": {"summary": "It does not", "value": {"status": "rejected", "reason": "no_capacity"}},
    "hand_on": {
        "summary": "It does not: ask the next one in the same step",
        "value": {
            "status": "rejected",
            "reason": "declined",
            "hand_on": {"provider_id": "volunteer-2"},
        },
    },
}
