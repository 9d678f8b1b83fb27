"""The types that the sandbox itself brings along, as Finnish companies know them."""

from typing import Any, Final

BUILT_IN: Final[dict[str, dict[str, Any]]] = {
    "BusinessIdCredential": {
        "display": {
            "fi": {
                "name": "Y-tunnustodistus",
                "description": "Yrityksen nimi ja testi-Y-tunnus rekisteristä.",
            },
            "en": {
                "name": "Business ID credential",
                "description": "A company's name and test business ID, from a register.",
            },
        },
        "claims_schema": {
            "type": "object",
            "required": ["name", "business_id"],
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 200},
                "business_id": {"type": "string", "pattern": "^[0-9]{7}-[0-9]$"},
                "company_form": {"type": "string", "maxLength": 60},
                "municipality": {"type": "string", "maxLength": 60},
                "registered_on": {"type": "string", "format": "date"},
            },
        },
    },
    "RepresentativeMandate": {
        "display": {
            "fi": {
                "name": "Edustusvaltuutus",
                "description": "Kuka saa toimia yrityksen nimissä, missä asiassa ja mihin asti.",
            },
            "en": {
                "name": "Mandate to represent",
                "description": "Who may act in a company's name, in what and until when.",
            },
        },
        "claims_schema": {
            "type": "object",
            "required": ["principal", "scope"],
            "properties": {
                "principal": {"type": "string", "maxLength": 200},
                "principal_business_id": {"type": "string", "pattern": "^[0-9]{7}-[0-9]$"},
                "representative": {"type": "string", "maxLength": 200},
                "scope": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 20,
                    "items": {"type": "string", "maxLength": 100},
                },
                "limit_cents": {"type": "integer", "minimum": 0},
            },
        },
    },
    "CourseAchievement": {
        "display": {
            "fi": {
                "name": "Kurssisuoritus",
                "description": "Suoritettu kurssi tai työpaja, opintopisteet ja arvosana.",
            },
            "en": {
                "name": "Course achievement",
                "description": "A course or workshop that was completed, its credits and grade.",
            },
        },
        "claims_schema": {
            "type": "object",
            "required": ["course"],
            "properties": {
                "course": {"type": "string", "minLength": 1, "maxLength": 200},
                "learner": {"type": "string", "maxLength": 200},
                "provider": {"type": "string", "maxLength": 200},
                "credits_ects": {"type": "number", "minimum": 0, "maximum": 300},
                "grade": {"type": "string", "maxLength": 20},
                "completed_on": {"type": "string", "format": "date"},
            },
        },
    },
}
