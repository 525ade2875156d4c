// NServiceBus 9 over RabbitMQ. It publishes to the exchange Mintsoft.Events:InvoiceUnconfirmedV1:
// run `mintsoft-xero event bind` once. Parsed, not run, by this project's tests.
using System.Threading.Tasks;
using NServiceBus;

namespace Mintsoft.Events;

public sealed record InvoiceUnconfirmedV1(long InvoiceId, long ClientId, string? Reason) : IEvent;

public static class MintsoftEventsEndpoint
{
    public static EndpointConfiguration Configured(string amqpUrl)
    {
        var endpoint = new EndpointConfiguration("Billing");
        endpoint.UseSerialization<SystemJsonSerializer>(); // JSON; XML is not read
        endpoint.UseTransport(new RabbitMQTransport(RoutingTopology.Conventional(QueueType.Quorum), amqpUrl));
        return endpoint;
    }

    public static Task UnconfirmedAsync(
        IMessageSession session, string account, string eventId, InvoiceUnconfirmedV1 unconfirmed)
    {
        var options = new PublishOptions();
        options.SetMessageId(eventId); // the same whenever the same event is published again
        options.SetHeader("Mintsoft-Account", account);
        return session.Publish(unconfirmed, options);
    }
}
