"""What people type in: texts, codes, moments, amounts, each with its bounds.

Control characters are refused everywhere: PostgreSQL takes no NUL, and a line break in a code is a mistake.
"""

from typing import Annotated

from pydantic import Field, StringConstraints

Code = Annotated[str, StringConstraints(pattern=r"^\w[\w.-]{0,39}$")]
"""An organisation's own short name of something: letters of any script, digits, `_`, `.`, `-`."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]{1,120}$")]
"""One line of text: a name, a number on a paper."""

Remark = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]{1,500}$")]
"""A sentence or two: why somebody did something."""

Moment = Annotated[int, Field(ge=0, lt=1 << 40, description="Unix seconds.")]
"""A time that somebody names."""

Quantity = Annotated[int, Field(ge=1, le=10**12, description="Whole units of the item.")]
"""How much: a number of an item's smallest unit."""

Fen = Annotated[int, Field(ge=0, le=10**12, description="CNY 0.01.")]
"""Money."""
