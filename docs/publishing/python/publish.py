"""Publishes one event to Mintsoft's exchange: python publish.py TYPE ACCOUNT ID FILE

AMQP_URL says where RabbitMQ is. It needs pika alone. Exit code 0 when RabbitMQ has confirmed.
"""

import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pika
from pika.exceptions import AMQPConnectionError, NackError

EXCHANGE = "mintsoft.events"
TRIES = 6


def envelope(event_type: str, account: str, event_id: str, data: str) -> bytes:
    """Return the CloudEvent; the data goes in as it is, so amounts keep their digits."""
    attributes = {
        "specversion": "1.0",
        "id": event_id,
        "source": f"/mintsoft/{account}",
        "type": event_type,
        "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json",
    }
    return f'{json.dumps(attributes)[:-1]},"data":{data}}}'.encode()


def publish(url: str, event_type: str, event_id: str, body: bytes) -> None:
    """Publish once, and return when RabbitMQ has it on disk. Raises pika's AMQPError."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()  # from now on basic_publish waits for the broker's word
        channel.basic_publish(
            EXCHANGE,
            event_type,
            body,
            pika.BasicProperties(
                content_type="application/cloudevents+json",
                delivery_mode=pika.DeliveryMode.Persistent,
                message_id=event_id,
            ),
            mandatory=True,  # a key that leads nowhere is an error, not a loss
        )


def main() -> None:
    event_type, account, event_id, file = sys.argv[1:]
    body = envelope(event_type, account, event_id, Path(file).read_text(encoding="utf-8"))
    for attempt in range(TRIES):
        try:
            publish(os.environ["AMQP_URL"], event_type, event_id, body)
            break
        except (AMQPConnectionError, NackError) as error:  # the same id again: taken once
            print(f"try {attempt + 1} of {TRIES}: {error!r}", file=sys.stderr)  # noqa: T201  a script
            if attempt == TRIES - 1:
                raise
            time.sleep(2**attempt)


if __name__ == "__main__":
    main()
