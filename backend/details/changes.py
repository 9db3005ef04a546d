"""What changed about details after their actions were recorded: told in the transaction that changes it, taken in the
transaction that acts on it. So nothing is lost and nothing is looked for.
"""

from collections.abc import Collection

from sqlalchemy import Connection, delete, insert, select

from backend.db import among
from backend.details.models import DETAILS_CHANGE


def tell(connection: Connection, roots: Collection[bytes]) -> None:
    """Details came late, were destroyed, or were opened to others."""
    if roots:
        connection.execute(insert(DETAILS_CHANGE), [{"root": root} for root in roots])


def take(connection: Connection, *, most: int) -> set[bytes]:
    """The next roots that something changed about, the oldest first; they are gone if the transaction commits."""
    number = DETAILS_CHANGE.c.number
    # What somebody else is taking is left to them: nobody waits here for anybody.
    waiting = connection.scalars(select(number).order_by(number).limit(most).with_for_update(skip_locked=True)).all()
    return set(
        connection.scalars(delete(DETAILS_CHANGE).where(among(number, waiting)).returning(DETAILS_CHANGE.c.root))
    )
