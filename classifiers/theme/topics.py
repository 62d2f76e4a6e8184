"""The guide's thematic areas and topics (sections 1.2, 1.2.1 and 1.2.2), as the contract names them in section 4."""

from typing import Literal

Area = Literal["social_protection", "labour_employment", "both", "out_of_scope"]
AREAS: tuple[Area, ...] = ("social_protection", "labour_employment", "both", "out_of_scope")

TOPICS: tuple[str, ...] = (
    "sp_legal_frameworks",
    "sp_policy_capacity",
    "sp_programme_capacity",
    "sp_mainstreaming",
    "sp_financing",
    "sp_portability",
    "sp_coverage_targeting",
    "sp_migrants_informal_atypical",
    "sp_civil_society",
    "sp_vulnerable_groups",
    "sp_social_services",
    "sp_social_workers",
    "sp_poverty_reduction",
    "sp_disability_assessment",
    "sp_informal_extension",
    "le_employment_strategy",
    "le_lmis",
    "le_active_passive_policies",
    "le_labour_standards",
    "le_informal_job_creation",
    "le_vulnerable_employment",
    "le_disability_employment",
    "le_vet_skills",
    "le_public_works",
    "le_intermediation",
    "le_inclusive_markets",
    "le_green_transition",
    "le_osh_working_conditions",
    "le_nonstandard_employment",
    "le_social_dialogue",
    "csdd",
)
"""In the guide's order: fifteen of 1.2.1, fifteen of 1.2.2, and the due diligence of 1.2."""


def area_of(topics: tuple[str, ...]) -> Area:
    """The area a set of topics belongs to; due diligence alone counts as labour and employment."""
    protection = any(topic.startswith("sp_") for topic in topics)
    labour = any(not topic.startswith("sp_") for topic in topics)
    if protection and labour:
        return "both"
    if protection:
        return "social_protection"
    return "labour_employment" if labour else "out_of_scope"
