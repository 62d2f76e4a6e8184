"""The thematic area and topics of a request, judged from its own words (guide, section 1.2)."""

from classifiers.theme.judge import (
    Passage,
    ThemeVerdict,
    TopicVerdict,
    judge_theme,
    judge_theme_text,
)

__all__ = ["Passage", "ThemeVerdict", "TopicVerdict", "judge_theme", "judge_theme_text"]
