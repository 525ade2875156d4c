"""The command line without servers: words, shapes, usage."""
