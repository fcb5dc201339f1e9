using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LLaVAction.Testing;

namespace LLaVAction.Fuzz;

/// <summary>
/// Damages files and has them read, until the time is up. What is neither read nor refused in words (any exception but
/// <see cref="InputException"/>, an exit code of 4, a hang, memory out of proportion) is kept with its file, once per place.
/// </summary>
internal sealed class Fuzzer(IReadOnlyList<FuzzTarget> targets, string work, string crashes, long seed)
{
    private const double LongestSeconds = 5;
    private const long FreeBytes = 100_000_000;
    private const int BytesPerByte = 10;

    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private FuzzInput? _current;
    private long _started;
    private TimeSpan _processorTime;

    private readonly Dictionary<string, (long Read, long Refused, double Seconds)> _counts = new(StringComparer.Ordinal);

    public long Done { get; private set; }

    public int Findings => _known.Count;

    /// <summary>Fuzzes for a time or a number of inputs.</summary>
    public void Run(TimeSpan time, long most)
    {
        var order = targets.SelectMany(static target => target.Damaged.SelectMany(file => Enumerable.Repeat((Target: target, File: file), target.Weight))).ToArray();
        foreach (var target in targets)
        {
            Lay(target);
            RequireReadable(target);
        }

        using var watchdog = new Timer(_ => StopHang(), null, 1000, 1000);
        var clock = Stopwatch.StartNew();
        for (long number = 0; number < most && clock.Elapsed < time; number++)
        {
            var (target, file) = order[number % order.Length];
            Try(new FuzzInput(target, file, Mutator.Mutate(target.Files[file], seed, number)));
            Done++;
        }

        _current = null;
    }

    /// <summary>What came of each reader's files: a reader that refuses all of them is not tried at all.</summary>
    public IEnumerable<string> Summary => _counts.OrderBy(static item => item.Key, StringComparer.Ordinal).Select(static item => string.Create(
        CultureInfo.InvariantCulture, $"{item.Key,-50} {item.Value.Read,9} read {item.Value.Refused,9} refused {1000 * item.Value.Seconds / (item.Value.Read + item.Value.Refused),8:0.00} ms"));

    /// <summary>Reads one file as a target's damaged file.</summary>
    public void Replay(FuzzTarget target, string file, byte[] content)
    {
        Lay(target);
        Try(new FuzzInput(target, file, content));
    }

    // Files that are refused whole try nothing.
    private void RequireReadable(FuzzTarget target)
    {
        try
        {
            if (target.Read(FolderOf(target)) is 0 or 1)
            {
                return;
            }
        }
        catch (InputException failure)
        {
            throw new InvalidOperationException($"{target.Name}: the undamaged files are refused: {failure.Message}", failure);
        }

        throw new InvalidOperationException($"{target.Name}: the undamaged files are refused: {FuzzTargets.LastError}");
    }

    private string FolderOf(FuzzTarget target) => Path.Combine(work, target.Name);

    private void Lay(FuzzTarget target)
    {
        foreach (var (name, content) in target.Files)
        {
            var path = Path.Combine(FolderOf(target), name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
        }
    }

    private void Try(FuzzInput input)
    {
        var folder = FolderOf(input.Target);
        var path = Path.Combine(folder, input.File);
        File.WriteAllBytes(path, input.Content);
        input.Target.Repair(folder, input.File);
        var allocated = GC.GetTotalAllocatedBytes();
        _processorTime = Environment.CpuUsage.TotalTime;
        _started = Stopwatch.GetTimestamp();
        _current = input;
        var isRefused = false;
        try
        {
            var code = input.Target.Read(folder);
            if (code is not (>= 0 and <= 3))
            {
                Keep(input, string.Create(CultureInfo.InvariantCulture, $"exit code {code}"), FuzzTargets.LastError);
            }

            isRefused = code == 2;
        }
        catch (InputException)
        {
            // A clear error is what a damaged file deserves.
            isRefused = true;
        }
#pragma warning disable CA1031 // Whatever else comes is what is looked for.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Keep(input, failure.GetType().Name, failure.ToString());
        }

        _current = null;
        Count(input.Target.Name, isRefused);
        var used = GC.GetTotalAllocatedBytes() - allocated;
        var length = input.Target.Files.Sum(static file => (long)file.Value.Length) + input.Content.Length;
        if (used > FreeBytes + (BytesPerByte * length))
        {
            Keep(input, "memory", string.Create(CultureInfo.InvariantCulture, $"{used:N0} bytes allocated for {length:N0} bytes of files"));
        }

        File.WriteAllBytes(path, input.Target.Files[input.File]);
    }

    private void Count(string name, bool isRefused)
    {
        var (read, refused, seconds) = _counts.GetValueOrDefault(name);
        _counts[name] = (read + (isRefused ? 0 : 1), refused + (isRefused ? 1 : 0), seconds + Stopwatch.GetElapsedTime(_started).TotalSeconds);
    }

    // By processor time, for a busy machine's sake, or by ten times as much on the clock. A hanging thread cannot be ended but with the process.
    private void StopHang()
    {
        if (_current is { } input
            && Stopwatch.GetElapsedTime(_started).TotalSeconds is > LongestSeconds and var elapsed
            && ((Environment.CpuUsage.TotalTime - _processorTime).TotalSeconds > LongestSeconds || elapsed > 10 * LongestSeconds))
        {
            Keep(input, "hang", string.Create(CultureInfo.InvariantCulture, $"more than {LongestSeconds} s"));
            Console.WriteLine("Stopped: a reader hangs.");
            Environment.Exit(1);
        }
    }

    private void Keep(FuzzInput input, string kind, string detail)
    {
        // One finding per place in the code: the kind and the first line of our own on the stack.
        var place = detail.Split('\n').FirstOrDefault(static line => line.Contains("   at LLaVAction", StringComparison.Ordinal))?.Trim() ?? "";
        if (!_known.Add($"{input.Target.Name} {kind} {place}"))
        {
            return;
        }

        var name = $"{input.Target.Name}-{kind.Replace(' ', '-')}-{Convert.ToHexStringLower(SHA256.HashData(input.Content))[..12]}";
        Directory.CreateDirectory(Path.Combine(crashes, name));
        File.WriteAllBytes(Path.Combine(crashes, name, Path.GetFileName(input.File)), input.Content);
        File.WriteAllText(Path.Combine(crashes, name, "reason.txt"), $"{input.Target.Name} {input.File}\n{kind}\n{detail}\n", Encoding.UTF8);
        Console.WriteLine($"FOUND {name}: {kind} {place}");
    }
}

/// <summary>One damaged file of a target.</summary>
internal sealed record FuzzInput(FuzzTarget Target, string File, byte[] Content);
