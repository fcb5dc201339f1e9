using System.Text.Json;
using System.Text.RegularExpressions;
using LLaVAction.Files;

namespace LLaVAction.Exchange.Formats;

/// <summary>
/// Samples of lmms-eval: lines of 0.7 (<c>filtered_resps</c> is the answer), of 0.3 to 0.6 (it is a list), and the single
/// document of 0.2. Rows are told by <c>doc_hash</c>, or by the row itself where the file holds it.
/// </summary>
internal static partial class LmmsEvalAnswers
{
    public static IEnumerable<ForeignAnswer> Read(string file, IReadOnlyList<Row> rows)
    {
        var strategy = TaskName().Match(Path.GetFileName(file)) is { Success: true } match ? match.Groups["strategy"].Value : null;
        return rows.Select(row => Read(row, strategy));
    }

    private static ForeignAnswer Read(Row row, string? strategy)
    {
        var text = FirstText(row.Value("filtered_resps")) ?? FirstText(row.Value("resps"));
        var document = row.Value("doc") is { ValueKind: JsonValueKind.Object } found ? found : (JsonElement?)null;
        var isUnreadable = text is not null && Unreadable().IsMatch(text);
        return new ForeignAnswer
        {
            Place = row.Place,
            Strategy = Member(document, "strategy") ?? strategy,
            Id = Member(document, "question_id"),
            QuestionHash = Member(document, "question_sha256"),
            RowHash = document is null ? row.Text("doc_hash") : null,
            Row = row.Integer("doc_id"),
            Target = row.Value("target") is { ValueKind: JsonValueKind.String } target ? JsonText.Of(target) : null,
            Text = isUnreadable ? null : text,
            Failure = isUnreadable ? text : text is null ? "no response in the sample" : null,
        };
    }

    private static string? Member(JsonElement? element, string name) =>
        element is { } found && found.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? JsonText.Of(value) : null;

    // Lists within lists in older versions; the first is the answer.
    private static string? FirstText(JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.String } text => JsonText.Of(text),
        { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() > 0 => FirstText(list[0]),
        _ => null,
    };

    [GeneratedRegex(@"samples_epic_mqa_(?<strategy>[a-z0-9_-]+)\.jsonl$", RegexOptions.CultureInvariant)]
    private static partial Regex TaskName();

    // What its model wrappers return for a video that cannot be read.
    [GeneratedRegex(@"^Video .* can not load, check the source\.?$", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Unreadable();
}
