using System.Diagnostics;
using System.Globalization;
using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Performance.Compute;

namespace LLaVAction.Performance;

/// <summary>
/// Builds the sets random, avion and tim from CSVs and JSON dumps, and has <c>build_benchmark_pandas.py</c>, the obvious
/// program for the same work, build them in turn: whole processes, and the work inside a process alone.
/// </summary>
/// <remarks>
/// <c>build --annotations CSV --narrations CSV --avion JSON --tim JSON [--tool llavaction] [--python python3] [--rounds 7]</c>.
/// <c>--tool</c> is a published executable of the tool; without it, or without Python, that side is left out.
/// </remarks>
internal static class BuildBenchmark
{
    private static readonly string[] InputOptions = ["--annotations", "--narrations", "--avion", "--tim"];
    private const int WarmUps = 10;
    private const string InProcess = "in-process seconds: ";

    public static int Run(string[] arguments)
    {
        var options = new Options(arguments, [.. InputOptions, "--tool", "--python", "--rounds"]);
        string[] inputs = [.. InputOptions.Select(name => Path.GetFullPath(
            options.Text(name, null) ?? throw new ArgumentException($"{name} is missing.", nameof(arguments))))];
        var tool = options.Text("--tool", null);
        var python = options.Text("--python", Environment.GetEnvironmentVariable("LLAVACTION_PEER_PYTHON"));
        var rounds = options.Number("--rounds", 7);
        var folder = Path.Join(Path.GetTempPath(), FormattableString.Invariant($"llavaction-build-{Environment.ProcessId}"));
        Directory.CreateDirectory(folder);
        try
        {
            List<double> toolWalls = [], pythonWalls = [], pythonWorks = [], works = [];
            var first = Build(inputs, folder);
            for (var warmUp = 0; warmUp < WarmUps; warmUp++)
            {
                Build(inputs, folder);
            }

            for (var round = 0; round < rounds; round++)
            {
                works.Add(Build(inputs, folder));
                if (tool is not null)
                {
                    toolWalls.Add(RunTool(tool, inputs, folder));
                }

                if (python is not null)
                {
                    var (wall, work) = RunPython(python, inputs, folder);
                    pythonWalls.Add(wall);
                    pythonWorks.Add(work);
                }
            }

            Console.WriteLine(FormattableString.Invariant($"medians of {rounds} (least to most)"));
            Report("whole process", toolWalls, pythonWalls);
            Report("in process", works, pythonWorks);
            Console.WriteLine(FormattableString.Invariant($"in process, the first of {WarmUps + 1} builds before: {first:0.000} s, compilation included"));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Report(string what, List<double> ours, List<double> theirs)
    {
        if (ours.Count > 0)
        {
            Console.WriteLine(FormattableString.Invariant($"{what,-14} llavaction {Describe(ours)}"));
        }

        if (theirs.Count > 0)
        {
            Console.WriteLine(FormattableString.Invariant($"{what,-14} pandas     {Describe(theirs)}"));
        }

        if (ours.Count > 0 && theirs.Count > 0)
        {
            Console.WriteLine(FormattableString.Invariant($"{what,-14} ratio      1 / {Median(theirs) / Median(ours):0.0}"));
        }
    }

    private static string Describe(List<double> seconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{Median(seconds):0.000} s ({seconds.Min():0.000} to {seconds.Max():0.000})");

    private static double Median(List<double> seconds) => seconds.Order().ElementAt(seconds.Count / 2);

    /// <summary>The whole work inside this process, files written included.</summary>
    private static double Build(string[] inputs, string folder)
    {
        var output = NewOutput(folder);
        var start = Stopwatch.GetTimestamp();
        using (var sources = BenchmarkInputs.Load(new BenchmarkRecipe
        {
            Annotations = inputs[0],
            Narrations = [inputs[1]],
            Strategies = StrategySource.Parse(["random", $"avion={inputs[2]}", $"tim={inputs[3]}"], []),
            Settings = new BenchmarkSettings(),
        }))
        {
            new BenchmarkFolderWriter(output).Write(BenchmarkRenderer.Render(sources.Build(), sources.Sources, limit: null, ToolVersion.Current).Files);
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double RunTool(string tool, string[] inputs, string folder) => RunProcess(
        [tool, "build-benchmark", "--annotations", inputs[0], "--narrations", inputs[1], "--strategy", "random",
            "--strategy", $"avion={inputs[2]}", "--strategy", $"tim={inputs[3]}", "--output", NewOutput(folder)]).Wall;

    private static (double Wall, double Work) RunPython(string python, string[] inputs, string folder)
    {
        // The text itself, not its path: the interpreter may see another file system (a container).
        var script = File.ReadAllText(Path.Join(AppContext.BaseDirectory, "build_benchmark_pandas.py"));
        var (wall, output) = RunProcess([.. python.Split(' ', StringSplitOptions.RemoveEmptyEntries), "-c", script, .. inputs, NewOutput(folder)]);
        var line = output.Split('\n').Single(static line => line.StartsWith(InProcess, StringComparison.Ordinal));
        return (wall, double.Parse(line[InProcess.Length..], CultureInfo.InvariantCulture));
    }

    private static (double Wall, string Output) RunProcess(string[] words)
    {
        var info = new ProcessStartInfo(words[0], words[1..]) { UseShellExecute = false, RedirectStandardOutput = true };
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(info) ?? throw new InvalidOperationException($"'{words[0]}' did not start.");
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return process.ExitCode == 0 ? (wall, output) : throw new InvalidOperationException($"'{words[0]}' ended with {process.ExitCode}.");
    }

    /// <summary>A folder that does not exist, the one before being gone.</summary>
    private static string NewOutput(string folder)
    {
        var output = Path.Join(folder, "sets");
        if (Directory.Exists(output))
        {
            Directory.Delete(output, recursive: true);
        }

        return output;
    }
}
