using System.Globalization;
using LLaVAction.Remote.Requests;

namespace LLaVAction.Remote;

/// <summary>What is worth telling of the requests of a run.</summary>
public static class RemoteRemarks
{
    /// <summary>One sentence each.</summary>
    public static IReadOnlyList<string> Of(ChatDispatcher dispatcher, RemoteSettings settings)
    {
        var remarks = new List<string>();
        if (dispatcher.ServedBy.Count > 0)
        {
            var served = string.Join(", ", dispatcher.ServedBy.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Key} ({one.Value} answers)")));
            remarks.Add($"{settings.BaseUrl} answered as {served}{(dispatcher.ServedBy.Count > 1 ? ": the model changed during the run" : "")}.");
        }

        if (dispatcher.HasPrices)
        {
            remarks.Add(string.Create(CultureInfo.InvariantCulture, $"Spent {dispatcher.Spent:0.0000} {dispatcher.Currency} in all starts of this run."));
        }

        if (dispatcher.RetriedAttempts > 0)
        {
            remarks.Add(string.Create(CultureInfo.InvariantCulture, $"{dispatcher.RetriedAttempts} of {dispatcher.Attempts} attempts were retries."));
        }

        if (dispatcher.StopReason is { } reason)
        {
            remarks.Add($"Stopped: {reason}.");
        }

        return remarks;
    }
}
