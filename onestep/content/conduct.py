def has_rules(code: str) -> bool:
    return code=="en"
