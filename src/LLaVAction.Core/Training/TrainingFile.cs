using System.Globalization;
using System.Text.Json;
using LLaVAction.Files;

namespace LLaVAction.Training;

/// <summary>Reads files of training rows: JSON lines, or one JSON list, whatever their name ends in.</summary>
public static class TrainingFile
{
    private const string Expected = "a file of training rows, one JSON object per line or one JSON list";

    /// <summary>Reads every row, in file order.</summary>
    /// <exception cref="InputException">The file cannot be read, or a row is not what the schema says; the message names the line or the row.</exception>
    public static IReadOnlyList<TrainingRow> Read(string path)
    {
        var text = Utf8File.Read(path, Expected);
        return text.Span.TrimStart(" \t\r\n"u8)[0] == (byte)'[' ? ReadList(path, text) : ReadLines(path, text);
    }

    private static List<TrainingRow> ReadLines(string path, ReadOnlyMemory<byte> text)
    {
        var rows = new List<TrainingRow>();
        for (var number = 1; !text.IsEmpty; number++)
        {
            var end = text.Span.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            if (!line.Span.Trim(" \t\r"u8).IsEmpty)
            {
                try
                {
                    rows.Add(TrainingJson.Parse(line));
                }
                catch (JsonException failure)
                {
                    throw NotARow(path, string.Create(CultureInfo.InvariantCulture, $"line {number}"), failure);
                }
            }
        }

        return rows;
    }

    private static List<TrainingRow> ReadList(string path, ReadOnlyMemory<byte> text)
    {
        var rows = new List<TrainingRow>();
        try
        {
            using var document = JsonDocument.Parse(text);
            foreach (var element in document.RootElement.EnumerateArray())
            {
                rows.Add(TrainingJson.FromElement(element));
            }
        }
        catch (JsonException failure)
        {
            throw NotARow(path, string.Create(CultureInfo.InvariantCulture, $"row {rows.Count}"), failure);
        }

        return rows;
    }

    private static InputException NotARow(string path, string place, JsonException failure) =>
        new($"{path} {place}: not a training row ({failure.Message}). Expected the schema of docs/formats/training.md.", failure);
}
