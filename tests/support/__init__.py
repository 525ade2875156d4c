"""What tests share: the engine, fresh databases and virtual hosts, recordings."""
