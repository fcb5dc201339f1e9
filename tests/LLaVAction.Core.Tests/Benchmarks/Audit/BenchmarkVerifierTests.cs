using System.Text;
using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Audit;
using LLaVAction.Core.Tests.Benchmarks.Support;

namespace LLaVAction.Core.Tests.Benchmarks.Audit;

/// <summary>Every violated invariant is found, by name, in the file and line where it is.</summary>
public sealed class BenchmarkVerifierTests : IDisposable
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("llavaction-verifier-").FullName, "benchmark");

    [Theory]
    [InlineData(Protocol.Mqa, AmbiguousDistractors.Keep)]
    [InlineData(Protocol.Mqa, AmbiguousDistractors.Exclude)]
    [InlineData(Protocol.Mqa, AmbiguousDistractors.Replace)]
    [InlineData(Protocol.Recognition, AmbiguousDistractors.Keep)]
    [InlineData(Protocol.Training, AmbiguousDistractors.Replace)]
    public void A_built_benchmark_is_correct(Protocol protocol, AmbiguousDistractors ambiguous)
    {
        var settings = new BenchmarkSettings { OptionsPerQuestion = 4, Protocol = protocol, Ambiguous = ambiguous };
        KitchenFiles.Write(_folder, KitchenFiles.Render(new SyntheticKitchen(5, clipCount: 200), settings));

        var report = BenchmarkVerifier.Verify(BenchmarkFolder.Open(_folder));

        Assert.Empty(report.Violations);
        Assert.Contains(report.Notes, note => note.Contains("chi-square", StringComparison.Ordinal));
    }

    [Fact]
    public void A_text_shown_twice_is_found() => Expect("distinct-texts", question =>
        question with { Options = Replaced(question.Options, Other(question), question.Options[question.AnswerIndex!.Value].ToUpperInvariant() + ".") });

    [Fact]
    public void A_class_shown_twice_is_found() => Expect("distinct-classes", question =>
        question with { OptionClasses = Replaced(question.OptionClasses, Other(question), question.OptionClasses[(Other(question) + 1) % 4]) });

    [Fact]
    public void A_changed_narration_is_found() => Expect("truth-text", question =>
        question with { Options = Replaced(question.Options, question.AnswerIndex!.Value, "something else") });

    [Fact]
    public void A_wrong_answer_index_is_found() => Expect("answer-index", question => question with { AnswerIndex = Other(question) });

    [Fact]
    public void An_answer_index_out_of_range_is_found() => Expect("answer-index", question => question with { AnswerIndex = 4 });

    [Fact]
    public void A_missing_answer_is_found() => Expect("truth-once", question => question with { AnswerIndex = null });

    [Fact]
    public void A_missing_option_is_found() => Expect("option-count", question => question with { Options = [.. question.Options.Take(3)] });

    [Fact]
    public void An_empty_option_is_found() => Expect("option-text", question => question with { Options = Replaced(question.Options, Other(question), " .") });

    [Fact]
    public void A_class_of_another_form_is_found() => Expect("option-class", question =>
        question with { OptionClasses = Replaced(question.OptionClasses, Other(question), "01:2") });

    [Fact]
    public void A_distractor_that_is_not_the_best_ranked_is_found() => Expect("best-ranked", question =>
        question with { OptionRanks = Replaced(question.OptionRanks, Other(question), 19) });

    [Fact]
    public void A_distractor_without_a_rank_is_found() => Expect("ranks", question =>
        question with { OptionRanks = Replaced(question.OptionRanks, Other(question), null) });

    [Fact]
    public void A_wrong_rank_of_the_truth_is_found() => Expect("ranks", question => question with { GroundTruthRank = 77 });

    [Fact]
    public void A_rank_in_a_set_without_a_dump_is_found() =>
        Expect("ranks", question => question with { GroundTruthRank = 2 }, file: "random.jsonl");

    [Fact]
    public void An_answer_marked_as_also_true_is_found() => Expect("also-true", question =>
        question with { AlsoTrue = Replaced(question.AlsoTrue, question.AnswerIndex!.Value, "overlap") });

    [Fact]
    public void An_unknown_reason_is_found() => Expect("also-true", question =>
        question with { AlsoTrue = Replaced(question.AlsoTrue, Other(question), "perhaps") });

    [Fact]
    public void Another_strategy_is_found() => Expect("strategy", question => question with { Strategy = "avion" });

    [Fact]
    public void A_clip_that_differs_between_sets_is_found() => Expect("same-clip", question => question with { StopSeconds = 99.5 });

    [Fact]
    public void A_truth_at_another_position_is_found() => Expect("same-position", question =>
    {
        var (answer, other) = (question.AnswerIndex!.Value, Other(question));
        return question with
        {
            Options = Swapped(question.Options, answer, other),
            OptionClasses = Swapped(question.OptionClasses, answer, other),
            OptionRanks = Swapped(question.OptionRanks, answer, other),
            AlsoTrue = Swapped(question.AlsoTrue, answer, other),
            AnswerIndex = other,
        };
    });

    [Fact]
    public void An_id_that_comes_twice_is_found() =>
        Assert.Contains(Change("tim.jsonl", lines => lines[3] = lines[0]), violation => violation is { Invariant: "unique-ids", Line: 4 });

    [Fact]
    public void Two_questions_in_another_order_are_found() =>
        Assert.Contains(
            Change("tim.jsonl", lines => (lines[0], lines[5]) = (lines[5], lines[0])),
            violation => violation is { Invariant: "order", File: "tim.jsonl" });

    [Theory]
    [InlineData("sha256", null)]
    [InlineData("lines", 3)]
    public void A_line_that_is_written_otherwise_is_found_by_its_bytes_and_by_the_hash(string invariant, int? line) =>
        Assert.Contains(
            Change("tim.jsonl", lines => lines[2] = lines[2].Replace("{\"id\"", "{ \"id\"", StringComparison.Ordinal)),
            violation => violation.Invariant == invariant && violation.File == "tim.jsonl" && violation.Line == line);

    [Fact]
    public void A_line_that_is_no_question_is_found() =>
        Assert.Contains(Change("tim.jsonl", lines => lines[2] = "{}"), violation => violation is { Invariant: "lines", Line: 3 });

    [Fact]
    public void A_lost_line_is_found_by_the_figures() =>
        Assert.Contains(Change("tim.jsonl", lines => lines.RemoveAt(7)), violation => violation is { Invariant: "manifest-figures", File: "manifest.json" });

    [Fact]
    public void Answers_that_prefer_a_position_are_found()
    {
        var found = Change("tim.jsonl", lines =>
        {
            for (var i = 0; i < lines.Count; i++)
            {
                lines[i] = Text(Parse(lines[i]) with { AnswerIndex = 0 });
            }
        });

        Assert.Contains(found, violation => violation is { Invariant: "answer-positions", File: "tim.jsonl" });
    }

    [Fact]
    public void A_changed_figure_of_the_manifest_is_found()
    {
        KitchenFiles.Write(_folder, KitchenFiles.Render(new SyntheticKitchen(5)));
        var path = Path.Combine(_folder, "manifest.json");
        var manifest = BenchmarkJson.ParseManifest(File.ReadAllBytes(path));
        var sets = manifest.Sets.ToArray();
        sets[0] = sets[0] with { TruthInFirstK = 1, Substitutions = 77, Chance = 0.5 };
        File.WriteAllBytes(path, BenchmarkJson.ToBytes(manifest with { Sets = sets, ClipsInEverySet = 3 }).ToArray());

        var found = BenchmarkVerifier.Verify(BenchmarkFolder.Open(_folder)).Violations;

        Assert.Equal(4, found.Count(violation => violation is { Invariant: "manifest-figures", File: "manifest.json" }));
    }

    [Fact]
    public void The_first_difference_from_a_rebuilt_file_is_named()
    {
        var files = KitchenFiles.Render(new SyntheticKitchen(5));
        KitchenFiles.Write(_folder, files);
        var path = Path.Combine(_folder, "random.jsonl");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"random\"", "\"Random\"", StringComparison.Ordinal));
        var report = new VerificationReport();

        RebuildComparison.CompareFiles(_folder, files, report);

        var violation = Assert.Single(report.Violations);
        Assert.Equal(("rebuild", "random.jsonl", (int?)1), (violation.Invariant, violation.File, violation.Line));
        Assert.Contains("found 'Random\"", violation.Message, StringComparison.Ordinal);
        Assert.Contains("the rebuilt file has 'random\"", violation.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    private static Question Parse(string line) => BenchmarkJson.ParseLine(Encoding.UTF8.GetBytes(line));

    private static string Text(Question question) => Encoding.UTF8.GetString(BenchmarkJson.ToLine(question).Span);

    // An option that is not the answer.
    private static int Other(Question question) => (question.AnswerIndex!.Value + 1) % question.Options.Count;

    private static T[] Replaced<T>(IReadOnlyList<T> items, int index, T value)
    {
        var copy = items.ToArray();
        copy[index] = value;
        return copy;
    }

    private static T[] Swapped<T>(IReadOnlyList<T> items, int first, int second) =>
        Replaced(Replaced(items, first, items[second]), second, items[first]);

    // Changes the fourth question of a set and expects the violation in that line.
    private void Expect(string invariant, Func<Question, Question> change, string file = "tim.jsonl")
    {
        var found = Change(file, lines => lines[3] = Text(change(Parse(lines[3]))));

        // Sets are read in order, so that a difference between two of them is found in the later one.
        Assert.Contains(found, violation => violation.Invariant == invariant && violation.File == file && violation.Line == 4);
    }

    private IReadOnlyList<Violation> Change(string file, Action<List<string>> change)
    {
        KitchenFiles.Write(_folder, KitchenFiles.Render(new SyntheticKitchen(5, clipCount: 120)));
        var path = Path.Combine(_folder, file);
        var lines = File.ReadAllLines(path).ToList();
        change(lines);
        File.WriteAllText(path, string.Join('\n', lines) + "\n");
        return BenchmarkVerifier.Verify(BenchmarkFolder.Open(_folder)).Violations;
    }
}
