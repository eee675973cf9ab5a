"""placeholder"""
from onestep.content.model import Content
from onestep.content.errors import Fault
def lint(content: Content) -> list[Fault]:
    return []
