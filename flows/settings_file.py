"""Settings in TOML files: read, checked against their type, and refused in words that name the file and the key."""

from pathlib import Path
from typing import TypeVar

import rtoml
from pydantic import BaseModel, ValidationError

from flows.walking import Misuse

Settings = TypeVar("Settings", bound=BaseModel)


def read_settings(path: Path, kind: type[Settings]) -> Settings:
    """The settings of a TOML file. Raises ``Misuse`` naming file and key."""
    try:
        return kind.model_validate(rtoml.loads(path.read_text("utf-8")))
    except OSError as fault:
        raise Misuse(f"The settings {path} cannot be read: {fault.strerror}.") from fault
    except (rtoml.TomlParsingError, UnicodeDecodeError) as fault:
        raise Misuse(f"The settings {path} are no valid TOML: {fault}.") from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        key = ".".join(str(step) for step in first["loc"]) or "the file"
        raise Misuse(f"The settings {path}: {key}: {first['msg']}.") from fault
