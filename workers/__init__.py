"""The fleet: actors, scheduler, relay, console and the command line."""
