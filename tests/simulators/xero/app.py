"""The whole simulator of Xero behind one port: API, identity, admin and pages."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from tests.simulators.gate import Gate
from tests.simulators.xero.admin import Admin
from tests.simulators.xero.api import PREFIX, Api
from tests.simulators.xero.books import Books, Config
from tests.simulators.xero.by_hand import ByHand
from tests.simulators.xero.consent import Consent
from tests.simulators.xero.identity import Identity
from tests.simulators.xero.pages import Pages


def create_app(record: Path | None = None, config: Config | None = None) -> ASGIApp:
    """A simulator with empty books; exchanges are recorded in the folder `record`, if given."""
    books = Books(config or Config(), record)
    api = Gate(Api(books), books.equipment, books.limits.occupy)
    consent = Consent(books)
    identity = Gate(Identity(books, consent), books.equipment)
    routes = [
        Route(PREFIX + "/{rest:path}", api),
        Route("/connections", identity),
        Route("/connections/{connection}", identity),
        Route("/connect/{rest:path}", identity),
        *Admin(books).routes(),
        *ByHand(books).routes(),
        *consent.routes(),
        *Pages(books).routes(),
    ]
    return Starlette(routes=routes)
