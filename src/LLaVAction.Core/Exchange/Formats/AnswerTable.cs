namespace LLaVAction.Exchange.Formats;

/// <summary>
/// The plain table: <c>id</c> (or <c>question_id</c>) and <c>answer</c> (the text) or <c>answer_index</c> (from 0), and
/// where there is more than one of them <c>strategy</c>, <c>frames</c>, <c>rotation</c>; <c>question_sha256</c> proves the question.
/// </summary>
internal static class AnswerTable
{
    public static IEnumerable<ForeignAnswer> Read(IReadOnlyList<Row> rows) => rows.Select(row =>
    {
        var id = row.Text("id") ?? row.Text("question_id");
        if (string.IsNullOrEmpty(id) || !(row.Has("answer") || row.Has("answer_index")))
        {
            throw new InputException($"{row.Place}: expected 'id' and 'answer' (or 'answer_index'); found {string.Join(", ", row.Names)}.");
        }

        var text = row.Text("answer");
        var index = row.Integer("answer_index");
        return new ForeignAnswer
        {
            Place = row.Place,
            Id = id,
            Strategy = row.Text("strategy"),
            Frames = row.Integer("frames"),
            Rotation = row.Integer("rotation") ?? 0,
            QuestionHash = row.Text("question_sha256") is { Length: > 0 } hash ? hash : null,
            Text = text,
            OptionIndex = string.IsNullOrEmpty(text) ? index : null,
        };
    });
}
