"""A project with enough documents for a database of several pages."""

from tests.helpers.project import Project

DOCUMENTS = 60


def fill(project: Project, generation: str) -> None:
    for number in range(DOCUMENTS):
        project.persona(
            f"personas/p{number}.json",
            generation=generation,
            tags=["calm", f"t{number % 3}"],
            bio="word " * 80,
        )
