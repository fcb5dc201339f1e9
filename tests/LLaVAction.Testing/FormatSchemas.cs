using System.Text.Json;
using Json.Schema;

namespace LLaVAction.Testing;

/// <summary>The JSON Schemas of docs/formats, which everything that tests write is held against.</summary>
public static class FormatSchemas
{
    /// <summary>Their folder.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "docs", "formats");

    /// <summary>Names of the formats, by file.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.GetFiles(Folder, "*.schema.json").Select(static file => Path.GetFileName(file)[..^".schema.json".Length]).Order(StringComparer.Ordinal)];

    private static readonly Dictionary<string, JsonSchema> Schemas = Load();

    /// <summary>What makes a document none of a format: a place in it and what is wrong there; empty where it is one.</summary>
    public static IReadOnlyList<string> Problems(string format, JsonElement document)
    {
        var results = Schemas[format].Evaluate(document, new EvaluationOptions { OutputFormat = OutputFormat.List });
        return results.IsValid
            ? []
            : [.. (results.Details ?? []).Where(static detail => detail.Errors is not null).SelectMany(static detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Value}")).DefaultIfEmpty("not valid")];
    }

    /// <summary>The same of a JSON text.</summary>
    public static IReadOnlyList<string> Problems(string format, string json)
    {
        using var document = JsonDocument.Parse(json);
        return Problems(format, document.RootElement);
    }

    /// <summary>Asserts that each line of a JSONL text is of a format, and returns how many there are.</summary>
    /// <exception cref="InvalidDataException">A line is not; the message says which and why.</exception>
    public static int RequireLines(string format, string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (var number = 0; number < lines.Length; number++)
        {
            if (Problems(format, lines[number]) is [var first, ..])
            {
                throw new InvalidDataException($"{format} line {number + 1}: {first}\n{lines[number]}");
            }
        }

        return lines.Length;
    }

    private static Dictionary<string, JsonSchema> Load()
    {
        var schemas = new Dictionary<string, JsonSchema>(StringComparer.Ordinal);

        // 'run' first: 'baseline' refers to it.
        foreach (var name in Names.OrderBy(static name => name != "run"))
        {
            schemas.Add(name, JsonSchema.FromFile(Path.Combine(Folder, name + ".schema.json")));
            SchemaRegistry.Global.Register(schemas[name]);
        }

        return schemas;
    }
}
