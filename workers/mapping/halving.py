"""A batch that is refused as one, with no word about which document is to blame, is halved.

Each half goes out by itself and is halved again if it is refused, until the one that is refused
alone is the one to blame: one bad document among fifty costs 12 calls more, not fifty. Weakness: if
all are bad, it costs twice as many calls as one by one.
"""

from uuid import UUID, uuid5


def halves(attempt_id: UUID, count: int) -> list[UUID | None]:
    """Return the half of each of *count* documents of a batch, in order; None of one by itself.

    A half is told by its attempt, so that no two batches ever share one.
    """
    if count == 1:
        return [None]
    middle = (count + 1) // 2
    first, second = uuid5(attempt_id, "first half"), uuid5(attempt_id, "second half")
    return [*[first] * middle, *[second] * (count - middle)]
