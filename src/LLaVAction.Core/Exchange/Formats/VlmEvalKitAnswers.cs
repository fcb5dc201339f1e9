namespace LLaVAction.Exchange.Formats;

/// <summary>Predictions of VLMEvalKit: the table that was handed over, with a column <c>prediction</c>.</summary>
internal static class VlmEvalKitAnswers
{
    private const string Failed = "Failed to obtain answer";

    public static IEnumerable<ForeignAnswer> Read(IReadOnlyList<Row> rows) => rows.Select(row =>
    {
        var text = row.Text("prediction");

        // Its reader of tables turns empty answers and "N/A" into nothing, which is an answer that says nothing.
        var isFailed = text?.Contains(Failed, StringComparison.Ordinal) == true;
        return new ForeignAnswer
        {
            Place = row.Place,
            Strategy = row.Text("strategy"),
            Id = row.Text("question_id"),
            Row = row.Integer("index"),
            QuestionHash = row.Text("question_sha256"),
            Target = row.Text("answer"),
            Text = isFailed ? null : text ?? "",
            Failure = isFailed ? text : null,
        };
    });
}
