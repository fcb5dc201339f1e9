using System.Globalization;
using System.Text;

namespace LLaVAction.Cli.Output;

/// <summary>
/// Shows control characters as <c>\\u001B</c> (<see cref="VisibleText"/>), so that text from a file can neither move the
/// cursor nor recolour the terminal. Line feeds and tabs pass.
/// </summary>
internal sealed class EscapingWriter : TextWriter
{
    private readonly TextWriter _inner;

    public EscapingWriter(TextWriter inner)
        : base(CultureInfo.InvariantCulture)
    {
        _inner = inner;
        CoreNewLine = ['\n'];
    }

    public override Encoding Encoding => _inner.Encoding;

    public static string Show(string text) => string.Join('\t', text.Split('\t').Select(VisibleText.Lines));

    public override void Write(char value) => Write(value.ToString());

    public override void Write(string? value) => _inner.Write(Show(value ?? ""));

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    public override void Flush() => _inner.Flush();

    public override Task FlushAsync() => _inner.FlushAsync();
}
