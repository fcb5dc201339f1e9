using Parquet.Serialization;

namespace LLaVAction.Exchange;

/// <summary>Rows as a Parquet file.</summary>
internal static class ExchangeParquet
{
    public static Task WriteAsync(Stream stream, IReadOnlyCollection<ExchangeRow> rows) =>
        ParquetSerializer.SerializeAsync(rows.Select(Record.Of).ToList(), stream);

    // The columns by the names of the other formats, in their order.
#pragma warning disable IDE1006, CA1812
    private sealed record Record
    {
        public string? question_id { get; set; }

        public string? strategy { get; set; }

        public string? video_id { get; set; }

        public string? participant_id { get; set; }

        public double start { get; set; }

        public double end { get; set; }

        public string? prompt { get; set; }

        public List<string>? options { get; set; }

        public string? answer { get; set; }

        public int answer_index { get; set; }

        public string? narration { get; set; }

        public int verb_class { get; set; }

        public int noun_class { get; set; }

        public string? question_sha256 { get; set; }

        public static Record Of(ExchangeRow row) => new()
        {
            question_id = row.QuestionId,
            strategy = row.Strategy,
            video_id = row.VideoId,
            participant_id = row.ParticipantId,
            start = row.Start,
            end = row.End,
            prompt = row.Prompt,
            options = [.. row.Options],
            answer = row.Answer,
            answer_index = row.AnswerIndex,
            narration = row.Narration,
            verb_class = row.VerbClass,
            noun_class = row.NounClass,
            question_sha256 = row.QuestionSha256,
        };
    }
#pragma warning restore IDE1006, CA1812
}
