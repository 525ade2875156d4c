"""The fleet's servers for the tests in this folder: those of the integration tests."""

from tests.integration.conftest import fleet

__all__ = ["fleet"]
