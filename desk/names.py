"""Names of the directory in the language of a page; a code without a name stands for itself."""

from schemas.directory import Directory, Name

__all__ = ["department_name", "name_in", "place_name", "queue_name"]


def name_in(name: Name, language: str) -> str:
    """The name in ``language``, else in English, which every name has."""
    found = getattr(name, language, None)
    return found if isinstance(found, str) else name.en


def place_name(code: str, language: str, directory: Directory) -> str:
    place = directory.place_by_code.get(code)
    return code if place is None else name_in(place.name, language)


def queue_name(code: str, language: str, directory: Directory) -> str:
    queue = directory.queues.get(code)
    return code if queue is None else name_in(queue.name, language)


def department_name(queue: str, language: str, directory: Directory) -> str:
    """Of the department that holds a queue; empty where the directory has no such queue any more."""
    department = directory.department_of_queue.get(queue)
    return "" if department is None else name_in(department.name, language)
