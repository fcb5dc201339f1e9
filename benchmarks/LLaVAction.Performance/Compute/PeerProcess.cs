using System.Diagnostics;
using System.Globalization;

namespace LLaVAction.Performance.Compute;

/// <summary>
/// A peer (PyTorch, Pillow) beside us: a Python process that runs its share of a round whenever asked, so that both sides see the same
/// minutes of the same machine. Without <c>--python</c> there is none.
/// </summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly Process _process;

    private PeerProcess(Process process) => _process = process;

    /// <summary>What the peer says of itself (versions, threads).</summary>
    public string Description { get; private init; } = "";

    /// <summary>Starts <c>torch_peer.py</c> with some arguments; null where no Python was named.</summary>
    /// <param name="python">A command, for example <c>python3</c>; what follows a space is an argument of it.</param>
    /// <param name="arguments">Arguments of the script.</param>
    public static PeerProcess? Start(string? python, params object[] arguments) => StartScript("torch_peer.py", python, arguments);

    /// <summary>As <see cref="Start"/>, with another script of the same manners.</summary>
    public static PeerProcess? StartScript(string script, string? python, params object[] arguments)
    {
        python ??= Environment.GetEnvironmentVariable("LLAVACTION_PEER_PYTHON");
        if (string.IsNullOrWhiteSpace(python))
        {
            return null;
        }

        var words = python.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var start = new ProcessStartInfo(words[0]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var word in words.Skip(1))
        {
            start.ArgumentList.Add(word);
        }

        // The text itself, not its path: the interpreter may see another file system (a container).
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(File.ReadAllText(Path.Join(AppContext.BaseDirectory, script)));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(string.Create(CultureInfo.InvariantCulture, $"{argument}"));
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"'{python}' did not start.");
        return new PeerProcess(process) { Description = ReadLine(process) };
    }

    /// <summary>Runs once, and gives the seconds it took.</summary>
    public double Run()
    {
        var seconds = Ask("run");

        // OpenMP's threads go on spinning for a while after their work; ours must not pay for it.
        Thread.Sleep(300);
        return seconds;
    }

    /// <summary>The number that it answers a word with.</summary>
    public double Ask(string word)
    {
        _process.StandardInput.WriteLine(word);
        _process.StandardInput.Flush();
        return double.Parse(ReadLine(_process), CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string ReadLine(Process process)
        => process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The Python peer ended; its message stands above.");
}
