"""What the three dashboards show: the fleet, one connection, RabbitMQ."""

from __future__ import annotations

from deploy.observability.panels import Dashboard, Panel, Row

M = "mintsoft_xero_"
RATE = "[$__rate_interval]"


def _p95(metric: str, by: str = "") -> str:
    kept = f"le, {by}" if by else "le"
    return f"histogram_quantile(0.95, sum by ({kept}) (rate({M}{metric}_bucket{RATE})))"


def _rate(metric: str, by: str, only: str = "") -> str:
    return f"sum by ({by}) (rate({M}{metric}{only}{RATE}))"


def _standing(metric: str, by: str = "", only: str = "") -> str:
    """Of two schedulers that both tell for a moment the larger figure counts."""
    return f"max by ({by}) ({M}{metric}{only})" if by else f"max({M}{metric}{only})"


def _sum(metric: str, by: str, inner: str, only: str = "") -> str:
    return f"sum by ({by}) ({_standing(metric, inner, only)})"


DOCUMENT = "connection, kind, status"


def _all_documents(status: str) -> str:
    one = f'{{status="{status}"}}'
    return f"sum({_standing('documents', DOCUMENT, one)})"


FLEET = Dashboard(
    "mintsoft-xero-fleet",
    "Mintsoft-Xero: fleet",
    "Is money flowing, what is stuck, and where.",
    (
        Row(
            "At a glance",
            (
                Panel(
                    "Waiting",
                    "Documents on their way to Xero.",
                    [(_all_documents("waiting"), "")],
                    stat=True,
                ),
                Panel(
                    "Need attention",
                    "Documents that a person must look at.",
                    [
                        (
                            _all_documents("needs_attention"),
                            "",
                        )
                    ],
                    stat=True,
                ),
                Panel(
                    "Oldest waiting",
                    "Age of the document that has waited longest.",
                    [(_standing("document_oldest_waiting_seconds"), "")],
                    "s",
                    stat=True,
                ),
                Panel(
                    "Lost connections",
                    "Connections that Xero no longer lets in.",
                    [(_standing("connections", "", '{status="lost"}'), "")],
                    stat=True,
                ),
                Panel(
                    "Parked",
                    "Messages for a person.",
                    [(_standing("parked_events"), "")],
                    stat=True,
                ),
            ),
        ),
        Row(
            "Flow",
            (
                Panel(
                    "Events in",
                    "Events a second, by what became of them.",
                    [(_rate("events_total", "outcome"), "{{outcome}}")],
                ),
                Panel(
                    "Documents settled",
                    "Documents a second, by where their attempt left them.",
                    [(_rate("documents_settled_total", "kind, status"), "{{kind}} {{status}}")],
                ),
                Panel(
                    "Unsettled documents",
                    "What is in the ledger and not in Xero.",
                    [(_sum("documents", "kind, status", DOCUMENT), "{{kind}} {{status}}")],
                ),
            ),
        ),
        Row(
            "Reasons and imports",
            (
                Panel(
                    "Held, by reason",
                    "Why documents need a person.",
                    [(_standing("documents_held", "reason"), "{{reason}}")],
                ),
                Panel(
                    "Imports",
                    "Xero's documents that are not yet in Mintsoft.",
                    [(_sum("imports", "kind, status", DOCUMENT), "{{kind}} {{status}}")],
                ),
                Panel(
                    "Orders to tag",
                    "Tags still to be set in Mintsoft.",
                    [(_standing("tags_waiting"), "")],
                ),
            ),
        ),
        Row(
            "Latency (95th percentile)",
            (
                Panel(
                    "Stages",
                    "Seconds that a batch spends in each stage.",
                    [(_p95("stage_duration_seconds", "stage"), "{{stage}}")],
                    "s",
                ),
                Panel(
                    "From ledger to worker",
                    "Seconds until a worker first takes a document up.",
                    [(_p95("document_wait_seconds", "kind"), "{{kind}}")],
                    "s",
                ),
                Panel(
                    "From event to ledger",
                    "Seconds from the oldest event of a batch until it was safe.",
                    [
                        (
                            _p95("event_age_seconds"),
                            "",
                        )
                    ],
                    "s",
                ),
            ),
        ),
        Row(
            "Xero and Mintsoft",
            (
                Panel(
                    "Calls to Xero",
                    "Calls a second, by part and outcome.",
                    [(_rate("xero_calls_total", "endpoint, outcome"), "{{endpoint}} {{outcome}}")],
                ),
                Panel(
                    "Seconds Xero takes",
                    "By part of Xero.",
                    [(_p95("xero_call_duration_seconds", "endpoint"), "{{endpoint}}")],
                    "s",
                ),
                Panel(
                    "Bytes",
                    "Bytes a second to and from Xero, which bills those it sends.",
                    [
                        (f"sum(rate({M}xero_sent_bytes_total{RATE}))", "sent"),
                        (f"sum(rate({M}xero_received_bytes_total{RATE}))", "received"),
                    ],
                    "Bps",
                ),
                Panel(
                    "Calls to Mintsoft",
                    "Calls a second, by part and outcome.",
                    [
                        (
                            _rate("mintsoft_calls_total", "endpoint, outcome"),
                            "{{endpoint}} {{outcome}}",
                        )
                    ],
                ),
            ),
        ),
        Row(
            "Attempts and limits",
            (
                Panel(
                    "Attempts",
                    "Writes to Xero a second, by how they ended.",
                    [(_rate("attempts_total", "outcome"), "{{outcome}}")],
                ),
                Panel(
                    "Taken over",
                    "Attempts whose worker was gone, or whose outcome was unknown.",
                    [
                        (_rate("attempts_resumed_total", "cause"), "{{cause}}"),
                        (_standing("leases_expired"), "leases expired"),
                        (_standing("attempt_crashes"), "most crashes of one"),
                    ],
                ),
                Panel(
                    "Put off",
                    "Calls that our own budget put off, by limit.",
                    [(_rate("xero_throttled_total", "limit"), "{{limit}}")],
                ),
                Panel(
                    "Attempts under way",
                    "By state.",
                    [(_standing("attempts_open", "state"), "{{state}}")],
                ),
            ),
        ),
        Row(
            "Machinery",
            (
                Panel(
                    "Processes",
                    "Those that answer, by part and version.",
                    [(f"count by (role, version) ({M}build_info)", "{{role}} {{version}}")],
                ),
                Panel(
                    "Failures",
                    "Failed turns of loops, of the ingress; wake-ups not sent.",
                    [
                        (_rate("loop_failures_total", "loop"), "{{loop}}"),
                        (f"sum(rate({M}ingress_failures_total{RATE}))", "ingress"),
                        (f"sum(rate({M}wakeups_not_sent_total{RATE}))", "wake-ups not sent"),
                    ],
                ),
                Panel(
                    "Outbox",
                    "Age of the oldest event that waits to be published.",
                    [(_standing("outbox_oldest_seconds"), "")],
                    "s",
                ),
                Panel(
                    "Memory",
                    "Of each process.",
                    [("process_resident_memory_bytes", "{{instance}}")],
                    "bytes",
                ),
            ),
        ),
        Row(
            "Notices to people",
            (
                Panel(
                    "Notices",
                    "Tries a second, by way and by what became of them.",
                    [(_rate("notices_total", "channel, outcome"), "{{channel}} {{outcome}}")],
                ),
                Panel(
                    "Given up",
                    "Notices of the last day that nobody got by a way, unless it works again.",
                    [(_standing("notices_given_up", "channel"), "{{channel}}")],
                ),
                Panel(
                    "Oldest on its way",
                    "Age of the first notice that is not sent yet.",
                    [(_standing("notice_oldest_seconds", "channel"), "{{channel}}")],
                    "s",
                ),
            ),
        ),
        Row(
            "Servers",
            (
                Panel(
                    "Servers that answer",
                    "As each scheduler sees them.",
                    [
                        (f"{M}database_up", "PostgreSQL, {{instance}}"),
                        (f"{M}broker_up", "RabbitMQ, {{instance}}"),
                        (f"{M}leader", "leads, {{instance}}"),
                    ],
                ),
                Panel(
                    "Clocks",
                    "Each scheduler's clock less PostgreSQL's.",
                    [(f"{M}clock_skew_seconds", "{{instance}}")],
                    "s",
                ),
                Panel(
                    "Web hooks of Xero's",
                    "By what became of them.",
                    [(_rate("xero_webhooks_total", "outcome"), "{{outcome}}")],
                ),
                Panel(
                    "Messages parked",
                    "A second, by code.",
                    [(_rate("events_parked_total", "code"), "{{code}}")],
                ),
            ),
        ),
    ),
)

ONE = '{connection="$connection"}'

CONNECTION = Dashboard(
    "mintsoft-xero-connection",
    "Mintsoft-Xero: one connection",
    "How one customer's connection stands.",
    (
        Row(
            "State",
            (
                Panel(
                    "Up",
                    "1 while Xero lets it in.",
                    [(_standing("connection_up", "", ONE), "")],
                    stat=True,
                ),
                Panel(
                    "Age of the refresh token",
                    "Xero forgets it after 60 days.",
                    [(_standing("refresh_token_age_seconds", "", ONE), "")],
                    "s",
                    stat=True,
                ),
                Panel(
                    "Calls left today",
                    "Of the day's limit, in UTC.",
                    [(_standing("xero_day_calls_left", "", ONE), "")],
                    stat=True,
                ),
                Panel(
                    "Oldest waiting",
                    "Age of the document that has waited longest.",
                    [(_standing("document_oldest_waiting_seconds", "", ONE), "")],
                    "s",
                    stat=True,
                ),
            ),
        ),
        Row(
            "Documents",
            (
                Panel(
                    "Unsettled documents",
                    "What is in the ledger and not in Xero.",
                    [(_standing("documents", "kind, status", ONE), "{{kind}} {{status}}")],
                ),
                Panel(
                    "Imports",
                    "Xero's documents that are not yet in Mintsoft.",
                    [(_standing("imports", "kind, status", ONE), "{{kind}} {{status}}")],
                ),
            ),
        ),
        Row(
            "Limits and polls",
            (
                Panel(
                    "Calls left",
                    "Of the day and of the rolling minute.",
                    [
                        (_standing("xero_day_calls_left", "", ONE), "day"),
                        (_standing("xero_day_calls_limit", "", ONE), "the day's limit"),
                        (_standing("xero_minute_calls_left", "", ONE), "minute"),
                    ],
                ),
                Panel(
                    "Polls overdue",
                    "Seconds beyond the interval.",
                    [(_standing("poll_lag_seconds", "schedule", ONE), "{{schedule}}")],
                    "s",
                ),
            ),
        ),
    ),
    (("connection", f"label_values({M}connection_up, connection)"),),
)

RABBITMQ = Dashboard(
    "mintsoft-xero-rabbitmq",
    "Mintsoft-Xero: RabbitMQ",
    "Our queues, as the fleet sees them and as RabbitMQ itself tells.",
    (
        Row(
            "As the fleet sees them",
            (
                Panel(
                    "Events not yet safe",
                    "The depth of ingress, and of what it has given up.",
                    [
                        (
                            _standing("queue_messages", "queue", '{queue=~"ingress|ingress.dead"}'),
                            "{{queue}}",
                        )
                    ],
                ),
                Panel(
                    "Connections that wait for a worker",
                    "One message is a connection with work.",
                    [
                        (
                            _standing("queue_messages", "queue", '{queue!~"ingress|ingress.dead"}'),
                            "{{queue}}",
                        )
                    ],
                ),
                Panel(
                    "Readers",
                    "Who reads each queue.",
                    [(_standing("queue_consumers", "queue"), "{{queue}}")],
                ),
            ),
        ),
        Row(
            "Wake-ups",
            (
                Panel(
                    "Handled",
                    "A second, by queue and outcome.",
                    [(_rate("wakeups_total", "queue, outcome"), "{{queue}} {{outcome}}")],
                ),
                Panel(
                    "Seconds each keeps a worker",
                    "95th percentile, by queue.",
                    [(_p95("wakeup_duration_seconds", "queue"), "{{queue}}")],
                    "s",
                ),
                Panel(
                    "Outbox",
                    "Events that wait, and those published a second.",
                    [
                        (_standing("outbox_events"), "waiting"),
                        (f"sum(rate({M}outbox_published_total{RATE}))", "published a second"),
                    ],
                ),
            ),
        ),
        Row(
            "As RabbitMQ tells (plug-in rabbitmq_prometheus)",
            (
                Panel(
                    "Messages",
                    "Ready, and handed out but not acknowledged.",
                    [
                        ("sum(rabbitmq_queue_messages_ready)", "ready"),
                        ("sum(rabbitmq_queue_messages_unacked)", "unacknowledged"),
                    ],
                ),
                Panel(
                    "Connections and channels",
                    "Of all clients.",
                    [
                        ("sum(rabbitmq_connections)", "connections"),
                        ("sum(rabbitmq_channels)", "channels"),
                    ],
                ),
                Panel(
                    "Memory and disk",
                    "A node that runs short of either stops its publishers.",
                    [
                        ("sum(rabbitmq_process_resident_memory_bytes)", "memory"),
                        ("min(rabbitmq_disk_space_available_bytes)", "disk that is free"),
                    ],
                    "bytes",
                ),
            ),
        ),
    ),
)

ALL = (FLEET, CONNECTION, RABBITMQ)
