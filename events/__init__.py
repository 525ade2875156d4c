"""The border with RabbitMQ: every event, its envelope, every exchange and queue."""
