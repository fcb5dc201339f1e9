using System.Diagnostics;
using LLaVAction.Benchmarks;
using LLaVAction.Performance.Compute;
using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Scoring;

namespace LLaVAction.Performance;

/// <summary>
/// Compares and reports a run with made-up answers to every question of a benchmark at 8 and 16 frames, two rotations each:
/// over 100,000 result lines for the whole validation split and three sets. Whole processes.
/// </summary>
/// <remarks><c>results --benchmark DIR --tool llavaction [--rounds 7]</c>; <c>--tool</c> is a published executable.</remarks>
internal static class ResultsBenchmark
{
    private const double MostSeconds = 5;
    private const int Rotations = 2;
    private static readonly int[] FrameCounts = [8, 16];

    public static int Run(string[] arguments)
    {
        var options = new Options(arguments, "--benchmark", "--tool", "--rounds");
        var benchmark = options.Text("--benchmark", null) ?? throw new ArgumentException("--benchmark is missing.", nameof(arguments));
        var tool = options.Text("--tool", null) ?? throw new ArgumentException("--tool is missing.", nameof(arguments));
        var folder = Path.Join(Path.GetTempPath(), FormattableString.Invariant($"llavaction-results-{Environment.ProcessId}"));
        var run = Path.Join(folder, "run");
        try
        {
            var lines = WriteRun(BenchmarkFolder.Open(benchmark), run);
            List<double> compares = [], reports = [];
            for (var round = 0; round < options.Number("--rounds", 7); round++)
            {
                File.Delete(Path.Join(run, RunSummary.FileName));
                compares.Add(Measure(tool, "compare", run));
                reports.Add(Measure(tool, "report", run, "--output", Path.Join(folder, "report.html")));
            }

            Console.WriteLine(FormattableString.Invariant($"{lines} result lines, medians of {compares.Count} (least to most), at most {MostSeconds} s"));
            Describe("compare", compares);
            Describe("report", reports);
            return Median(compares) < MostSeconds && Median(reports) < MostSeconds ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Describe(string command, List<double> seconds) => Console.WriteLine(
        FormattableString.Invariant($"{command,-8} {Median(seconds):0.00} s ({seconds.Min():0.00} to {seconds.Max():0.00})"));

    private static double Median(List<double> seconds) => seconds.Order().ElementAt(seconds.Count / 2);

    private static double Measure(string tool, params string[] arguments)
    {
        var info = new ProcessStartInfo(tool, arguments) { UseShellExecute = false, RedirectStandardOutput = true };
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(info) ?? throw new InvalidOperationException($"'{tool}' did not start.");
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return process.ExitCode == 0 ? seconds : throw new InvalidOperationException($"'{tool} {arguments[0]}' ended with {process.ExitCode}.");
    }

    private static int WriteRun(BenchmarkFolder benchmark, string path)
    {
        AskedSet[] sets = [.. benchmark.Manifest.Sets.Select(entry => new AskedSet(entry.Strategy, benchmark.ReadSet(entry.Strategy).Questions))];
        var identity = IdentityOf(benchmark, sets);
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
            foreach (var frames in FrameCounts)
            {
                for (var rotation = 0; rotation < Rotations; rotation++, lines++)
                {
                    file.Write(RunJson.ToLine(Answer(question, frames, rotation)));
                }
            }
        }

        return lines;
    }

    private static RunIdentity IdentityOf(BenchmarkFolder benchmark, IReadOnlyList<AskedSet> sets) => new()
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
        Frames = new RunFrames { Counts = FrameCounts, Policy = FramePolicyKind.Midpoint, ClipLength = null, VideoLayout = "epic" },
        Scoring = [AnswerScoring.Letter],
        Rotations = Rotations,
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
            FrameSeconds = [.. Enumerable.Range(0, frames).Select(frame => question.StartSeconds + ((frame + 0.5) * (question.StopSeconds - question.StartSeconds) / frames))],
            QuestionMilliseconds = Math.Round(5 + random.NextDouble(), 3),
        };
    }
}
