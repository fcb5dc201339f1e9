using System.Text.Json.Nodes;
using LLaVAction.OtherBenchmarks;
using LLaVAction.Testing;

namespace LLaVAction.Tests.OtherBenchmarks;

/// <summary>What the published code read from hand-made answers; <c>make-goldens.py</c> beside the file ran it.</summary>
public sealed class PublishedParserGoldenTests
{
    private static readonly JsonNode Golden = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests/Goldens/published-parsers/goldens.json")))!;

    private static readonly string[] Options = [.. Golden["options"]!.AsArray().Select(option => (string)option!)];

    public static TheoryData<string> Parsers => ["egoschema", "mvbench", "videomme", "videomme-0.3", "longvideobench", "nextqa", "perceptiontest"];

    [Theory]
    [MemberData(nameof(Parsers))]
    public void Every_answer_is_read_as_the_published_code_reads_it(string parser)
    {
        string[] lettered = [.. Options.Select((option, i) => $"{(char)('A' + i)}. {option}")];
        Func<string, PublishedReading> read = parser switch
        {
            "egoschema" => answer => PublishedParsers.EgoSchema(answer, lettered),
            "mvbench" => PublishedParsers.MvBench,
            "videomme" => PublishedParsers.VideoMme,
            "videomme-0.3" => PublishedParsers.VideoMmeOfPaper,
            "longvideobench" => PublishedParsers.LongVideoBench,
            "nextqa" => answer => PublishedParsers.NextQa(answer, Options),
            _ => PublishedParsers.PerceptionTest,
        };
        var rows = Golden["rows"]!.AsArray();

        var wrong = rows
            .Select(row => (Answer: (string)row!["answer"]!, Theirs: (string)row[parser]!))
            .Select(row => (row.Answer, row.Theirs, Ours: Write(read(row.Answer))))
            .Where(row => row.Ours != row.Theirs)
            .Select(row => $"'{row.Answer}': published {row.Theirs}, ours {row.Ours}");

        Assert.True(rows.Count >= 150);
        Assert.Empty(wrong);
    }

    private static string Write(PublishedReading reading) => reading.IsDice ? "?" : reading.Letter?.ToString() ?? "";
}
