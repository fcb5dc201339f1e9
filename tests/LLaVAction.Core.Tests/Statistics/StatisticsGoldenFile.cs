using System.Text.Json;

namespace LLaVAction.Tests.Statistics;

/// <summary>Figures computed with SciPy and statsmodels; the file names their versions.</summary>
internal static class StatisticsGoldenFile
{
    private static readonly JsonDocument Document = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Statistics", "scipy-statsmodels.json")));

    public static IReadOnlyList<JsonElement> Cases(string name) => [.. Document.RootElement.GetProperty(name).EnumerateArray()];

    public static double Number(this JsonElement element, string name) => element.GetProperty(name).GetDouble();

    public static int Integer(this JsonElement element, string name) => element.GetProperty(name).GetInt32();

    public static double[] Numbers(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(static value => value.GetDouble())];
}
