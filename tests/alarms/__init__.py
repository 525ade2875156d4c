"""Every alert is made to fire by its fault in a running fleet, and to clear afterwards."""
