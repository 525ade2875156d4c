"""The whole simulator of Mintsoft behind one port: API, admin and pages."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from tests.simulators.gate import Gate
from tests.simulators.mintsoft.admin import Admin
from tests.simulators.mintsoft.api import Api
from tests.simulators.mintsoft.pages import Pages
from tests.simulators.mintsoft.warehouse import Config, Warehouse


def create_app(record: Path | None = None, config: Config | None = None) -> ASGIApp:
    """A simulator without orders; exchanges are recorded in the folder `record`, if given."""
    warehouse = Warehouse(config or Config(), record)
    routes = [
        Route("/api/{rest:path}", Gate(Api(warehouse), warehouse.equipment)),
        *Admin(warehouse).routes(),
        *Pages(warehouse).routes(),
    ]
    return Starlette(routes=routes)
