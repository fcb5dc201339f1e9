using System.Text;

namespace LLaVAction.Video.Ffmpeg;

/// <summary>
/// The standard error of a program, line by line in bounded memory: long lines are cut, and of the lines that nobody
/// takes the last few are kept for an error message.
/// </summary>
/// <param name="take">Looks at each line; true when it was meant for it and is not to be kept.</param>
internal sealed class ErrorLines(Func<string, bool>? take = null)
{
    private const int LongestLine = 1000;
    private const int KeptLines = 12;

    private readonly Queue<string> _kept = new();
    private readonly StringBuilder _line = new();

    /// <summary>The last lines, joined by <c> | </c>.</summary>
    public string Tail
    {
        get
        {
            lock (_kept)
            {
                return _kept.Count == 0 ? "it said nothing" : string.Join(" | ", _kept);
            }
        }
    }

    public async Task ReadAsync(Stream stream)
    {
        var buffer = new byte[4096];
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer)) > 0)
            {
                Add(buffer.AsSpan(0, read));
            }
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            // The pipe broke with the program.
        }

        EndLine();
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (value is (byte)'\n' or (byte)'\r')
            {
                EndLine();
            }
            else if (_line.Length < LongestLine)
            {
                // File names may hold anything; what is not plain ASCII is not worth a decoder here.
                _line.Append(value is >= 32 and < 127 ? (char)value : '?');
            }
        }
    }

    private void EndLine()
    {
        if (_line.Length > 0)
        {
            var text = _line.ToString();
            _line.Clear();
            if (take?.Invoke(text) != true)
            {
                lock (_kept)
                {
                    _kept.Enqueue(text.Trim());
                    if (_kept.Count > KeptLines)
                    {
                        _kept.Dequeue();
                    }
                }
            }
        }
    }
}
