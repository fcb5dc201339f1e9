namespace LLaVAction.Benchmarks;

/// <summary>One line of a set's file.</summary>
/// <param name="Number">1-based line number.</param>
/// <param name="Bytes">The line without its line feed.</param>
public readonly record struct SetLine(int Number, ReadOnlyMemory<byte> Bytes);

/// <summary>The lines of a set's file; a last line without a line feed is a line too.</summary>
public readonly struct SetLines(ReadOnlyMemory<byte> content)
{
    /// <summary>Enumerates the lines.</summary>
    public IEnumerator<SetLine> GetEnumerator()
    {
        var rest = content;
        for (var number = 1; !rest.IsEmpty; number++)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            yield return new SetLine(number, end < 0 ? rest : rest[..end]);
            rest = end < 0 ? default : rest[(end + 1)..];
        }
    }
}
