"""shim"""
def find_country(text: str) -> str | None:
    from classifiers.country import judge_country
    return judge_country(text).code
