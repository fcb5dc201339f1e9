using CliWrap;

namespace LLaVAction.Video.Ffmpeg;

/// <summary>The standard error of a program: of the lines that nobody takes the last few are kept for an error message.</summary>
/// <param name="take">Looks at each line; true when it was meant for it and is not to be kept.</param>
internal sealed class ErrorLines(Func<string, bool>? take = null)
{
    private const int LongestLine = 1000;
    private const int KeptLines = 12;

    private readonly Queue<string> _kept = new();

    public PipeTarget Target => PipeTarget.ToDelegate(Add);

    public string Tail => _kept.Count == 0 ? "it said nothing" : string.Join(" | ", _kept);

    private void Add(string line)
    {
        // File names may hold anything; a message stays one line of plain ASCII.
        var text = string.Concat(line.Trim().Take(LongestLine).Select(static letter => letter is >= ' ' and < (char)127 ? letter : '?'));
        if (text.Length == 0 || take?.Invoke(text) == true)
        {
            return;
        }

        _kept.Enqueue(text);
        if (_kept.Count > KeptLines)
        {
            _kept.Dequeue();
        }
    }
}
