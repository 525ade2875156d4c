"""The fleet: actors, scheduler, relay and commands that bring Mintsoft's documents into Xero."""
