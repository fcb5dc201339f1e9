using System.Globalization;
using System.Text;

namespace LLaVAction.Cli.Output;

/// <summary>
/// Shows control characters as <c>\x1b</c>, so that text from a file can neither move the cursor nor recolour the terminal.
/// Line feeds and tabs pass. UTF-8 without BOM and line feeds are the writer's below.
/// </summary>
internal sealed class EscapingWriter : TextWriter
{
    private readonly TextWriter _inner;

    /// <summary>Writes to another writer, which is flushed with this one and not disposed.</summary>
    public EscapingWriter(TextWriter inner)
        : base(CultureInfo.InvariantCulture)
    {
        _inner = inner;
        CoreNewLine = ['\n'];
    }

    /// <inheritdoc/>
    public override Encoding Encoding => _inner.Encoding;

    /// <inheritdoc/>
    public override void Write(char value)
    {
        if (IsSafe(value))
        {
            _inner.Write(value);
        }
        else
        {
            _inner.Write(string.Create(CultureInfo.InvariantCulture, $"\\x{(int)value:x2}"));
        }
    }

    /// <inheritdoc/>
    public override void Write(string? value) => Write((value ?? "").AsSpan());

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        var start = 0;
        for (var i = 0; i < buffer.Length; i++)
        {
            if (!IsSafe(buffer[i]))
            {
                _inner.Write(buffer[start..i]);
                Write(buffer[i]);
                start = i + 1;
            }
        }

        _inner.Write(buffer[start..]);
    }

    /// <inheritdoc/>
    public override void Flush() => _inner.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync() => _inner.FlushAsync();

    // Controls, and the characters that reorder the text around them.
    private static bool IsSafe(char value) =>
        value is '\n' or '\t' || !(char.IsControl(value) || value is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\u200e' or '\u200f');
}
