using System.Globalization;

namespace LLaVAction.Core.Tests.Recognizers;

/// <summary>The scores of <see cref="DumpFixture"/> in the text formats.</summary>
internal static class DumpText
{
    public static string LlavactionRow(int row)
    {
        var predictions = string.Join(',', DumpFixture.Expected[row].Split(' ').Select(text => $"\"{text}\""));
        return $"\"{row}\":{{\"predictions\":[{predictions}],\"target\":\"{DumpFixture.Classes[DumpFixture.Targets[row]]}\"}}";
    }

    public static string LlavactionJson() => $"{{{string.Join(',', Enumerable.Range(0, 4).Select(LlavactionRow))}}}";

    public static string Submission()
    {
        var results = Enumerable.Range(0, 4).Select(row =>
        {
            var actions = DumpFixture.Classes.Select((entry, column) => $"\"{entry.Verb},{entry.Noun}\":{Score(row, column)}");
            return $"\"P90_11_{row}\":{{\"verb\":{{\"0\":0.5}},\"noun\":{{\"2\":0.5}},\"action\":{{{string.Join(',', actions)}}}}}";
        });
        return $"{{\"version\":\"0.2\",\"challenge\":\"action_recognition\",\"sls_pt\":2,\"sls_tl\":3,\"sls_td\":3,\"results\":{{{string.Join(',', results)}}}}}";
    }

    public static string Csv()
    {
        var lines = Enumerable.Range(0, 4).SelectMany(row => DumpFixture.Expected[row].Split(' ').Select((text, place) =>
        {
            var column = Array.FindIndex(DumpFixture.Classes, entry => entry.ToString() == text);
            return $"P90_11_{row},{place + 1},{DumpFixture.Classes[column].Verb},{DumpFixture.Classes[column].Noun},{Score(row, column)}";
        }));
        return $"narration_id,rank,verb_class,noun_class,score\n{string.Join('\n', lines)}\n";
    }

    private static string Score(int row, int column) => DumpFixture.Scores[(row * 6) + column].ToString(CultureInfo.InvariantCulture);
}
