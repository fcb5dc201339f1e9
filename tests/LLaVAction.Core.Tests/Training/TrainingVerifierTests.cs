using System.Security.Cryptography;
using LLaVAction.Benchmarks.Audit;
using LLaVAction.Training;

namespace LLaVAction.Core.Tests.Training;

/// <summary>A built set is correct, and each thing that can be wrong with it is found under its own name and line.</summary>
public sealed class TrainingVerifierTests : IDisposable
{
    private const string Direct = "direct.jsonl";
    private const string Choice = "mqa-random-narration.jsonl";
    private const string Temporal = "temporal-detection.jsonl";
    private readonly TrainingKitchen _kitchen = new();

    public void Dispose() => _kitchen.Dispose();

    [Fact]
    public void A_built_set_is_correct()
    {
        var report = TrainingVerifier.Verify(_kitchen.Build());

        Assert.True(report.IsCorrect, string.Join('\n', report.Violations));
        Assert.Contains(report.Notes, static note => note.StartsWith(Choice + ": answer positions", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("question-type")]
    [InlineData("turns one")]
    [InlineData("turns turned")]
    [InlineData("turns empty answer")]
    [InlineData("turns question")]
    [InlineData("times before 0")]
    [InlineData("times empty")]
    [InlineData("classes verb")]
    [InlineData("classes noun")]
    [InlineData("classes action")]
    [InlineData("classes verb beyond")]
    [InlineData("classes noun beyond")]
    [InlineData("classes action beyond")]
    [InlineData("unique-ids missing")]
    [InlineData("unique-ids twice")]
    public void A_row_that_breaks_a_rule_is_found(string rule) => Found(Direct, rule, row => rule switch
    {
        "question-type" => row with { QuestionType = "direct" },
        "turns one" => row with { Conversations = [row.Conversations[0]] },
        "turns turned" => row with { Conversations = [row.Conversations[1], row.Conversations[0]] },
        "turns empty answer" => row with { Conversations = [row.Conversations[0], new ConversationTurn("gpt", "")] },
        "turns question" => row with { Conversations = [new ConversationTurn("human", "What?"), row.Conversations[1]] },
        "times before 0" => row with { StartTimestamp = -0.01 },
        "times empty" => row with { EndTimestamp = row.StartTimestamp },
        "classes verb" => row with { VerbId = -1 },
        "classes noun" => row with { NounId = -1 },
        "classes action" => row with { ActionId = -1 },
        "classes verb beyond" => row with { VerbId = 1000 },
        "classes noun beyond" => row with { NounId = 1000 },
        "classes action beyond" => row with { ActionId = TrainingKitchen.Clips },
        "unique-ids missing" => row with { NarrationId = null },
        _ => row with { NarrationId = "P01_01_0" },
    });

    [Theory]
    [InlineData("option-count no list", "no list", null)]
    [InlineData("option-count three", "['A. a', 'B. b', 'C. c']", "A. a")]
    [InlineData("distinct-texts letter", "['A. a', 'B. b', 'D. c', 'C. d']", "A. a")]
    [InlineData("distinct-texts text", "['A. a', 'B. b', 'C. B. ', 'D. d']", "A. a")]
    [InlineData("answer none", "['A. a', 'B. b', 'C. c', 'D. d']", "A. b")]
    public void Options_that_break_a_rule_are_found(string rule, string options, string? answer) =>
        Found(Choice, rule, row => row with { Conversations = [new ConversationTurn("human", options), new ConversationTurn("gpt", answer ?? row.Conversations[1].Value)] });

    [Theory]
    [InlineData("soon", false)]
    [InlineData("1, 2, 3", false)]
    [InlineData("1, x", false)]
    [InlineData("x, 2", false)]
    [InlineData("-1, 6", false)]
    [InlineData("2, 2", false)]
    [InlineData("6, 1", false)]
    [InlineData("1.5, 6.52", false)] // beyond the 6.5 s shown
    [InlineData("1, 1.48", false)] // 6.02 s of padding, 5 allowed with 6 s more of action
    [InlineData("0, 6.51", true)]
    [InlineData("0, 6.5", true)]
    [InlineData("0, 1.49", true)]
    [InlineData("3, 4.5", true)]
    public void Times_are_within_what_is_shown_with_no_more_padding_than_delta(string answer, bool isCorrect) =>
        Found(Temporal, isCorrect ? null : "answer", row => row with
        {
            StartTimestamp = 10,
            EndTimestamp = 16.5,
            Conversations = [row.Conversations[0], new ConversationTurn("gpt", answer)],
        });

    [Fact]
    public void Classes_at_the_ends_of_their_ranges_are_correct() =>
        Found(Direct, null, static row => row with { VerbId = 999, NounId = 999, ActionId = TrainingKitchen.Clips - 1, StartTimestamp = 0 });

    [Fact]
    public void Answers_that_all_stand_at_one_letter_are_found()
    {
        var report = Changed(Choice, static rows => [.. rows.Select(static row => row with { Conversations = [row.Conversations[0], new ConversationTurn("gpt", row.Conversations[0].Value.Split("', '")[0][2..])] })]);

        // 24 answers at the first of four letters: chi-square 72 with 3 degrees of freedom.
        Assert.Contains("24, 0, 0, 0 times (chi-square p = 1.59E-15)", Assert.Single(report.Violations, static violation => violation.Invariant == "answer-positions").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lost_row_a_changed_line_and_what_is_no_row_are_found()
    {
        var lost = Changed(Direct, static rows => [.. rows.Skip(1)]);
        Assert.Contains(lost.Violations, static violation => violation.ToString() == "manifest.json: manifest-figures: direct.jsonl: rows is 24; expected 23");

        var path = _kitchen.Folder["set/" + Choice];
        var lines = File.ReadAllLines(path);
        lines[3] = lines[3].Replace("\"split\":", "\"split\": ", StringComparison.Ordinal);
        lines[4] = "{}";
        File.WriteAllText(path, string.Join('\n', lines) + "\n");
        var report = TrainingVerifier.Verify(TrainingFolder.Find(_kitchen.Folder["set"])!);
        Assert.Equal([4, 5], report.Violations.Where(static violation => violation is { File: Choice, Invariant: "lines" }).Select(static violation => violation.Line!.Value));
        Assert.Single(report.Violations, static violation => violation is { File: Choice, Invariant: "sha256" });
    }

    [Fact]
    public void A_figure_of_the_manifest_that_its_rows_deny_is_found()
    {
        var folder = _kitchen.Build();
        var entry = folder.Manifest.Files[0];

        Assert.Contains("rows_with_prior_actions is 3; expected 0", Violation(entry with { RowsWithPriorActions = 3 }), StringComparison.Ordinal);
        Assert.Contains("rows + excluded is 26; expected 24", Violation(entry with { Excluded = 2 }), StringComparison.Ordinal);

        string Violation(TrainingFileEntry changed) =>
            Assert.Single(TrainingVerifier.Verify(folder with { Manifest = folder.Manifest with { Files = [changed] } }).Violations).Message;
    }

    [Theory]
    [InlineData("\"schema_version\": 1", "\"schema_version\": 7", "schema_version 7; this version of the tool reads 1")]
    [InlineData("\"rows\": 24", "\"rows\": -1", "a count of rows")]
    [InlineData("\"file\": \"direct.jsonl\"", "\"file\": \"../direct.jsonl\"", "file '../direct.jsonl'")]
    [InlineData("\"file\": \"direct.jsonl\"", "\"file\": \"direct.json\"", "file 'direct.json'")]
    [InlineData("\"file\": \"direct.jsonl\"", "\"file\": \"lost.jsonl\"", "lost.jsonl is missing")]
    [InlineData("\"seed\": 42", "\"sead\": 42", "not a manifest")]
    public void A_folder_whose_manifest_is_not_sound_is_refused(string before, string after, string expected)
    {
        _kitchen.Build();
        var path = _kitchen.Folder["set/manifest.json"];
        File.WriteAllText(path, File.ReadAllText(path).Replace(before, after, StringComparison.Ordinal));

        Assert.Contains(expected, Assert.Throws<InputException>(() => TrainingFolder.Find(_kitchen.Folder["set"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"kind\":1}")]
    [InlineData("{\"kind\":\"benchmark\"}")]
    [InlineData("not JSON")]
    public void A_folder_of_another_kind_is_no_training_set(string? manifest)
    {
        if (manifest is not null)
        {
            _kitchen.Folder.Write("manifest.json", manifest);
        }

        Assert.Null(TrainingFolder.Find(_kitchen.Folder.FullName));
    }

    // Changes the third row of a file and expects the violation of a rule (the first word of its name) on that line alone.
    private void Found(string file, string? rule, Func<TrainingRow, TrainingRow> change)
    {
        var report = Changed(file, rows => [.. rows.Select((row, number) => number == 2 ? change(row) : row)]);

        if (rule is null)
        {
            Assert.True(report.IsCorrect, string.Join('\n', report.Violations));
            return;
        }

        var violation = Assert.Single(report.Violations);
        Assert.Equal((rule.Split(' ')[0], file, 3), (violation.Invariant, violation.File, violation.Line));
    }

    // A set with other rows, its manifest saying the hash that they have.
    private VerificationReport Changed(string file, Func<IReadOnlyList<TrainingRow>, TrainingRow[]> change)
    {
        var folder = _kitchen.Build();
        var path = _kitchen.Folder["set/" + file];
        var bytes = TrainingJson.ToLines(change(TrainingFile.Read(path)));
        File.WriteAllBytes(path, bytes);
        var entries = folder.Manifest.Files.Select(entry => entry.File == file ? entry with { Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)) } : entry);
        return TrainingVerifier.Verify(folder with { Manifest = folder.Manifest with { Files = [.. entries] } });
    }
}
