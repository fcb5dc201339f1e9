using System.Diagnostics;
using System.Globalization;
using LLaVAction.Fuzz;

// fuzz MINUTES [--seed N] [--most N] [--only NAME] [--crashes DIR] [--replay FILE --only NAME]
double minutes = 1;
long seed = Stopwatch.GetTimestamp(), most = long.MaxValue;
string? only = null, replay = null;
var crashes = "crashes";
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--seed":
            seed = long.Parse(args[++i], CultureInfo.InvariantCulture);
            break;
        case "--most":
            most = long.Parse(args[++i], CultureInfo.InvariantCulture);
            break;
        case "--only":
            only = args[++i];
            break;
        case "--crashes":
            crashes = args[++i];
            break;
        case "--replay":
            replay = args[++i];
            break;
        default:
            minutes = double.Parse(args[i], CultureInfo.InvariantCulture);
            break;
    }
}

var work = Directory.CreateTempSubdirectory("llavaction-fuzz-").FullName;
try
{
    var all = await FuzzTargets.CreateAsync(Path.Combine(work, "seeds"));
    FuzzTarget[] targets = [.. all.Where(target => only is null || target.Name.StartsWith(only, StringComparison.Ordinal))];
    var fuzzer = new Fuzzer(targets, work, crashes, seed);
    if (replay is not null)
    {
        var name = Path.GetFileName(replay);
        foreach (var target in targets.Where(target => target.Damaged.Any(file => Path.GetFileName(file) == name)))
        {
            fuzzer.Replay(target, target.Damaged.First(file => Path.GetFileName(file) == name), File.ReadAllBytes(replay));
        }
    }
    else
    {
        Console.WriteLine(FormattableString.Invariant($"{targets.Length} readers, {targets.Sum(static target => target.Damaged.Count)} files, seed {seed}"));
        fuzzer.Run(TimeSpan.FromMinutes(minutes), most);
        fuzzer.Summary.ToList().ForEach(Console.WriteLine);
        Console.WriteLine(FormattableString.Invariant($"{fuzzer.Done} damaged files read, {fuzzer.Findings} findings"));
    }

    return fuzzer.Findings == 0 ? 0 : 1;
}
finally
{
    Directory.Delete(work, recursive: true);
}
