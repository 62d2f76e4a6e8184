"""What every frozen value of the project is built on, and the words used for places on a page."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Box = tuple[float, float, float, float]
"""x0, top, x1, bottom in PDF points, origin at the top left of the page as displayed."""

Probability = Annotated[float, Field(ge=0.0, le=1.0)]


class Value(BaseModel):
    """A frozen value: unknown keys are refused, nothing is changed in place."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")
