using LLaVAction.Performance.Compute;

namespace LLaVAction.Performance;

/// <summary>Builds a small question set over a very large annotation file, for the memory that reading it takes.</summary>
/// <remarks><c>csv --tool llavaction [--rows 2000000]</c>; <c>--tool</c> is a published executable. At most three times the file's size.</remarks>
internal static class CsvBenchmark
{
    private const double MostTimes = 3;

    public static int Run(string[] arguments)
    {
        var options = new Options(arguments, "--tool", "--rows");
        var tool = options.Text("--tool", null) ?? throw new ArgumentException("--tool is missing.", nameof(arguments));
        var folder = Directory.CreateTempSubdirectory("llavaction-csv-").FullName;
        try
        {
            var file = Path.Join(folder, "EPIC_100_validation.csv");
            Write(file, options.Number("--rows", 2_000_000));
            var length = new FileInfo(file).Length;
            var cost = ToolProcess.Measure(tool, "build-benchmark", "--annotations", file, "--strategy", "random", "--limit", "3", "--output", Path.Join(folder, "mqa"));
            var times = (double)cost.Bytes / length;
            Console.WriteLine(FormattableString.Invariant($"{length / 1e6:0} MB of CSV read in {cost.Seconds:0.0} s, {cost.Bytes / 1e6:0} MB of memory: {times:0.00} times (at most {MostTimes})"));
            return cost.ExitCode == 0 && times <= MostTimes ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Rows as the real files have them: 300 videos, 97 verbs, 300 nouns, one or two nouns a clip.
    private static void Write(string path, int rows)
    {
        using var file = new StreamWriter(path) { NewLine = "\n" };
        file.WriteLine("narration_id,participant_id,video_id,narration_timestamp,start_timestamp,stop_timestamp,start_frame,stop_frame,narration,verb,verb_class,noun,noun_class,all_nouns,all_noun_classes");
        for (var row = 0; row < rows; row++)
        {
            var (video, place) = (row % 300, row / 300);
            var (participant, seconds) = (FormattableString.Invariant($"P{(video % 37) + 1:00}"), place * 3 % 86_000);
            var (verb, noun, other) = (row * 7 % 97, row * 13 % 300, row * 17 % 300);
            var start = TimeSpan.FromSeconds(seconds);
            file.WriteLine(FormattableString.Invariant(
                $"{participant}_{video + 100}_{place},{participant},{participant}_{video + 100},{start:hh\\:mm\\:ss}.500,{start:hh\\:mm\\:ss}.25,{start + TimeSpan.FromSeconds(2):hh\\:mm\\:ss}.75,{(seconds * 60) + 15},{(seconds * 60) + 165},verb{verb} noun{noun} and noun{other},verb{verb},{verb},noun{noun},{noun},\"['noun{noun}', 'noun{other}']\",\"[{noun}, {other}]\""));
        }
    }
}
