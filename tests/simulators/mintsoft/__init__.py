"""A stateful stand-in for the part of Mintsoft's REST API that the fleet uses."""
