"""Dramatiq's actors: one for each queue, a few lines each.

They are bound to a broker by :func:`register`, never at import.
"""

from collections.abc import Callable, Collection
from functools import partial, wraps

import dramatiq

from workers.actors.connections import tend_connection
from workers.actors.invoices import export_invoices
from workers.actors.mintsoft import poll_mintsoft
from workers.actors.orders import export_orders
from workers.actors.purchase_orders import import_purchase_orders
from workers.actors.sales_orders import import_sales_orders
from workers.actors.totals import read_totals
from workers.actors.upkeep import tag_orders
from workers.broker import ACTOR_OF
from workers.runtime import Runtime

Wake = Callable[[Runtime, str], None]

FUNCTIONS: tuple[Wake, ...] = (
    export_orders,
    export_invoices,
    import_sales_orders,
    import_purchase_orders,
    poll_mintsoft,
    read_totals,
    tend_connection,
    tag_orders,
)


def register(runtime: Runtime, queues: Collection[str] = tuple(ACTOR_OF)) -> None:
    """Bind the actors of *queues* to the runtime's broker."""
    by_name = {function.__name__: function for function in FUNCTIONS}
    for queue in queues:
        name = ACTOR_OF[queue]
        bind = dramatiq.actor(actor_name=name, queue_name=queue, broker=runtime.broker)
        bind(_bound(by_name[name], runtime))


def _bound(function: Wake, runtime: Runtime) -> Callable[[str], None]:
    return wraps(function)(partial(function, runtime))
