// MassTransit 8: to our exchange, in MassTransit's own envelope. Parsed, not run, by this project's tests.
using System;
using System.Threading;
using System.Threading.Tasks;
using MassTransit;

namespace Mintsoft.Events;

// The properties are those of the event's JSON Schema; camelCase is read as well.
public sealed record OrderCancelledV1(long OrderId, long ClientId, string? Reason);

public static class MintsoftEventsBus
{
    // Without this, MassTransit publishes to the exchange Mintsoft.Events:OrderCancelledV1:
    // then run `mintsoft-xero event bind` once.
    public static void ToMintsoftEvents(this IRabbitMqBusFactoryConfigurator bus)
    {
        bus.Message<OrderCancelledV1>(message => message.SetEntityName("mintsoft.events"));
        bus.Publish<OrderCancelledV1>(publish => publish.ExchangeType = "topic");
        bus.Send<OrderCancelledV1>(send => send.UseRoutingKeyFormatter(_ => "order.cancelled.v1"));
    }

    public static Task CancelledAsync(
        IPublishEndpoint bus, string account, Guid eventId, OrderCancelledV1 cancelled, CancellationToken stop) =>
        bus.Publish(cancelled, context =>
        {
            context.MessageId = eventId; // the same whenever the same event is published again
            context.Mandatory = true;
            context.Headers.Set("Mintsoft-Account", account);
        }, stop);
}
