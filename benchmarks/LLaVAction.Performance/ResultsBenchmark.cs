using LLaVAction.Benchmarks;
using LLaVAction.Performance.Compute;
using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Scoring;

namespace LLaVAction.Performance;

/// <summary>
/// Compares and reports a run with made-up answers to every question of a benchmark, two rotations each (all of them from half a million lines on), at as many frame counts
/// as the lines asked for take: over 100,000 result lines for the whole validation split and three sets. Whole processes.
/// </summary>
/// <remarks><c>results --benchmark DIR --tool llavaction [--rounds 7] [--lines 100000]</c>; <c>--tool</c> is a published executable.</remarks>
internal static class ResultsBenchmark
{
    private const double MostSecondsOf100K = 5;
    private const double MostSecondsOf1M = 30;
    private const long MostBytes = 1_000_000_000;
    private const int LinesOfManyRotations = 500_000;

    public static int Run(string[] arguments)
    {
        var options = new Options(arguments, "--benchmark", "--tool", "--rounds", "--lines");
        var benchmark = options.Text("--benchmark", null) ?? throw new ArgumentException("--benchmark is missing.", nameof(arguments));
        var tool = options.Text("--tool", null) ?? throw new ArgumentException("--tool is missing.", nameof(arguments));
        var folder = Path.Join(Path.GetTempPath(), FormattableString.Invariant($"llavaction-results-{Environment.ProcessId}"));
        var run = Path.Join(folder, "run");
        try
        {
            var lines = WriteRun(BenchmarkFolder.Open(benchmark), run, options.Number("--lines", 100_000));
            var most = lines < LinesOfManyRotations ? MostSecondsOf100K : MostSecondsOf1M;
            List<Cost> compares = [], reports = [];
            for (var round = 0; round < options.Number("--rounds", 7); round++)
            {
                File.Delete(Path.Join(run, RunSummary.FileName));
                compares.Add(Measure(tool, "compare", run));
                reports.Add(Measure(tool, "report", run, "--output", Path.Join(folder, "report.html")));
            }

            Console.WriteLine(FormattableString.Invariant($"{lines} result lines, medians of {compares.Count} (least to most), at most {most} s and {MostBytes / 1e6:0} MB"));
            Describe("compare", compares);
            Describe("report", reports);
            return new[] { compares, reports }.All(costs => Median(costs) < most && costs.Max(static cost => cost.Bytes) < MostBytes) ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Describe(string command, List<Cost> costs) => Console.WriteLine(
        FormattableString.Invariant($"{command,-8} {Median(costs):0.00} s ({costs.Min(static cost => cost.Seconds):0.00} to {costs.Max(static cost => cost.Seconds):0.00}), {costs.Max(static cost => cost.Bytes) / 1e6:0} MB"));

    private static double Median(List<Cost> costs) => costs.Select(static cost => cost.Seconds).Order().ElementAt(costs.Count / 2);

    private static Cost Measure(string tool, params string[] arguments)
    {
        var cost = ToolProcess.Measure(tool, arguments);
        return cost.ExitCode == 0 ? cost : throw new InvalidOperationException($"'{tool} {arguments[0]}' ended with {cost.ExitCode}.");
    }

    private static int WriteRun(BenchmarkFolder benchmark, string path, int atLeast)
    {
        AskedSet[] sets = [.. benchmark.Manifest.Sets.Select(entry => new AskedSet(entry.Strategy, benchmark.ReadSet(entry.Strategy).Questions))];
        var rotations = atLeast < LinesOfManyRotations ? 2 : benchmark.Manifest.OptionsPerQuestion;
        var perCount = sets.Sum(static set => set.Questions.Count) * rotations;
        int[] counts = [.. Enumerable.Range(1, Math.Max(2, (atLeast + perCount - 1) / perCount)).Select(static count => 8 * count)];
        var identity = IdentityOf(benchmark, sets, counts, rotations);
        RunFolder.Join(
            path,
            new RunRecord
            {
                SchemaVersion = RunRecord.CurrentSchemaVersion,
                Identity = identity,
                Environment = new Dictionary<string, string>(StringComparer.Ordinal),
                Configuration = new Dictionary<string, string>(StringComparer.Ordinal),
            },
            sets,
            File.ReadAllBytes(Path.Join(benchmark.Path, BenchmarkFolder.ManifestName)));
        using var file = new FileStream(Path.Join(path, Shard.Whole.FileName), FileMode.CreateNew);
        var lines = 0;
        foreach (var question in sets.SelectMany(static set => set.Questions))
        {
            foreach (var frames in counts)
            {
                for (var rotation = 0; rotation < rotations; rotation++, lines++)
                {
                    file.Write(RunJson.ToLine(Answer(question, frames, rotation)));
                }
            }
        }

        return lines;
    }

    private static RunIdentity IdentityOf(BenchmarkFolder benchmark, IReadOnlyList<AskedSet> sets, int[] counts, int rotations) => new()
    {
        ToolVersion = ToolVersion.Current,
        Benchmark = new RunBenchmark
        {
            ManifestSha256 = benchmark.ManifestSha256,
            Protocol = benchmark.Manifest.Protocol,
            Representation = benchmark.Manifest.Representation,
            OptionsPerQuestion = benchmark.Manifest.OptionsPerQuestion,
            Sets =
            [
                .. sets.Select(set => new RunSet
                {
                    Strategy = set.Strategy,
                    Provenance = benchmark.Find(set.Strategy).Provenance,
                    Sha256 = benchmark.Find(set.Strategy).Sha256,
                    QuestionsInSet = set.Questions.Count,
                    QuestionsAsked = set.Questions.Count,
                    AskedSha256 = AskedSet.Sha256(set.ToBytes()),
                }),
            ],
            Clips = benchmark.Manifest.ClipsAsked,
        },
        Model = new RunModel
        {
            Name = "made-up",
            Hash = null,
            Engine = "none",
            Precision = "float32",
            Settings = new Dictionary<string, string>(StringComparer.Ordinal),
            OverriddenSettings = new Dictionary<string, string>(StringComparer.Ordinal),
            HasRandomWeights = true,
        },
        Prompt = new RunPrompt
        {
            Task = PromptTask.MultipleChoice,
            Perspective = PromptPerspective.Egocentric,
            HasTimeInstruction = true,
            PriorActions = "none",
            Texts = new Dictionary<string, string>(StringComparer.Ordinal),
        },
        Frames = new RunFrames { Counts = counts, Policy = FramePolicyKind.Midpoint, ClipLength = null, VideoLayout = "epic" },
        Scoring = [AnswerScoring.Letter],
        Rotations = rotations,
        MaxNewTokens = 0,
        Control = Control.None,
    };

    private static ResultLine Answer(Question question, int frames, int rotation)
    {
        var options = question.Options.Count;
        var random = new KeyedRandom(1, question.Id, FormattableString.Invariant($"{question.Strategy}/{frames}/{rotation}"));
        var choice = random.NextDouble() < 0.5 && question.AnswerIndex is { } answer ? answer : random.NextInt32(options);
        var order = Rotation.OptionOrder(options, rotation);
        var scores = LetterScores.Read([.. order.Select(option => option == choice ? -0.2 : -2 - random.NextDouble())], order);
        return new ResultLine
        {
            Id = question.Id,
            Strategy = question.Strategy,
            Frames = frames,
            Rotation = rotation,
            OptionOrder = order,
            LetterLogprobs = scores.LogProbabilities,
            LetterMass = scores.Mass,
            Predictions = new Dictionary<string, int?>(StringComparer.Ordinal) { ["letter"] = choice },
            PredictedIndex = choice,
            AnswerIndex = question.AnswerIndex,
            IsCorrect = choice == question.AnswerIndex,
            Status = ResultStatus.Ok,
            FrameSeconds = [.. Enumerable.Range(0, Math.Min(frames, 16)).Select(frame => question.StartSeconds + ((frame + 0.5) * (question.StopSeconds - question.StartSeconds) / frames))],
            QuestionMilliseconds = Math.Round(5 + random.NextDouble(), 3),
        };
    }
}
