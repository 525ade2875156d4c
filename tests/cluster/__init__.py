"""A RabbitMQ of three nodes under load, of which any may fail, stand still or be cut off."""
