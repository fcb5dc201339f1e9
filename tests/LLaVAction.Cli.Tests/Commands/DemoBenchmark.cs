using System.Globalization;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Commands;

/// <summary>A small benchmark over the synthetic kitchen of <c>data/demo</c>, built once for a class of tests.</summary>
public sealed class DemoBenchmark : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Builds it: 12 clips of two videos in two sets.</summary>
    public DemoBenchmark()
    {
        HasFfmpeg = Shell.IsAvailable && Shell.RunAsync("command -v ffmpeg && command -v ffprobe").GetAwaiter().GetResult().ExitCode == 0;
        Demo = Path.Combine(Repository.Root, "data", "demo");
        Build("mqa", Path.Combine(Demo, "annotations", "EPIC_100_validation.csv"));
        Expected = new Lazy<Task<string>>(async () =>
        {
            var result = await EvaluateAsync(this["expected"]);
            Assert.True(result.ExitCode == 0, result.Error);
            return Summary(this["expected"]);
        });
    }

    /// <summary>True where videos can be decoded.</summary>
    public bool HasFfmpeg { get; }

    /// <summary>The folder of the committed demo data.</summary>
    public string Demo { get; }

    /// <summary>The summary, without times, of an uninterrupted run in one part.</summary>
    public Lazy<Task<string>> Expected { get; }

    /// <summary>A path in the working folder.</summary>
    public string this[string name] => _folder[name];

    /// <summary>Builds another benchmark from an annotation file.</summary>
    public void Build(string name, string annotations, int clips = 12)
    {
        var result = CliProcess.RunAsync(
            "build-benchmark",
            "--annotations", annotations,
            "--narrations", Path.Combine(Demo, "annotations", "EPIC_100_train.csv"),
            "--verb-classes", Path.Combine(Demo, "annotations", "EPIC_100_verb_classes.csv"),
            "--noun-classes", Path.Combine(Demo, "annotations", "EPIC_100_noun_classes_v2.csv"),
            "--strategy", "random",
            "--limit", Text(clips),
            "--output", _folder[name]).GetAwaiter().GetResult();
        Assert.True(result.ExitCode == 0, result.Error);
    }

    /// <summary>The arguments of an evaluation of the benchmark into a run; those given win over the usual ones.</summary>
    public string[] Arguments(string output, params string[] more)
    {
        string[][] usual =
        [
            ["--benchmark", _folder["mqa"]],
            ["--model", Path.Combine(Demo, "tiny-random")],
            ["--videos", Path.Combine(Demo, "videos")],
            ["--frames", "2,4"],
            ["--rotations", "2"],
            ["--output", output],
        ];
        return ["evaluate-model", .. usual.Where(option => !more.Contains(option[0])).SelectMany(option => option), .. more];
    }

    /// <summary>Evaluates the benchmark.</summary>
    public Task<CliResult> EvaluateAsync(string output, params string[] more) => CliProcess.RunAsync(Arguments(output, more));

    /// <summary>The summary of a run without its times.</summary>
    public static string Summary(string run)
    {
        var text = File.ReadAllText(Path.Combine(run, "summary.json"));
        return text[..text.IndexOf("\"times\"", StringComparison.Ordinal)];
    }

    /// <summary>Result lines there are in all files of a run, whole ones only.</summary>
    public static int CountLines(string run) => Directory.Exists(run)
        ? Directory.GetFiles(run, "results-*.jsonl").Sum(file => File.ReadAllBytes(file).Count(letter => letter == (byte)'\n'))
        : 0;

    /// <summary>A copy of the demo's videos that a test may damage.</summary>
    public string CopyVideos(string name)
    {
        foreach (var video in Directory.GetFiles(Path.Combine(Demo, "videos"), "*.MP4", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_folder[name], Path.GetRelativePath(Path.Combine(Demo, "videos"), video));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(video, copy);
        }

        return _folder[name];
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    /// <summary>A number as text.</summary>
    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
