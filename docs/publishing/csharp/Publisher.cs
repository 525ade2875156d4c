// RabbitMQ.Client 7: publishes a CloudEvent and returns when RabbitMQ has confirmed it.
// C# 12. This project's tests, which have no .NET, parse it and do not run it.
using System;
using System.Collections.Generic;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

public sealed class MintsoftEvents(IConnection connection)
{
    private const string Exchange = "mintsoft.events";
    private const int Tries = 6;

    // The id has to be the same whenever the same event is published again.
    public async Task PublishAsync(string type, string account, string id, string dataJson, CancellationToken stop)
    {
        var attributes = JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["specversion"] = "1.0",
            ["id"] = id,
            ["source"] = $"/mintsoft/{account}",
            ["type"] = type,
            ["time"] = DateTimeOffset.UtcNow.ToString("O"),
            ["datacontenttype"] = "application/json",
        });
        var body = Encoding.UTF8.GetBytes($"{attributes[..^1]},\"data\":{dataJson}}}");
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await PublishOnceAsync(type, id, body, stop);
                return;
            }
            catch (Exception error) when (attempt < Tries && MayPass(error))
            {
                await Task.Delay(TimeSpan.FromSeconds(Math.Pow(2, attempt - 1)), stop);
            }
        }
    }

    // A message that no queue takes would be returned for ever; all else may pass.
    private static bool MayPass(Exception error) =>
        error is PublishException { IsReturn: false } or AlreadyClosedException or OperationInterruptedException;

    private async Task PublishOnceAsync(string type, string id, byte[] body, CancellationToken stop)
    {
        var confirms = new CreateChannelOptions(
            publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        await using var channel = await connection.CreateChannelAsync(confirms, stop);
        var properties = new BasicProperties
        {
            ContentType = "application/cloudevents+json",
            DeliveryMode = DeliveryModes.Persistent,
            MessageId = id,
        };
        // Waits for the confirmation; throws PublishException when it is refused or returned.
        await channel.BasicPublishAsync(Exchange, type, mandatory: true, properties, body, stop);
    }
}
