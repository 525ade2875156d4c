"""The same one-threaded fleet that the integration tests have, for looking and for ageing."""

from tests.integration.conftest import fleet

__all__ = ["fleet"]
