using System.Globalization;

namespace LLaVAction.Benchmarks.Audit;

/// <summary>Collects what verification finds: every count, and the first violations of each invariant in each file.</summary>
public sealed class VerificationReport
{
    /// <summary>Violations kept for one invariant in one file; the rest is counted.</summary>
    public const int KeptPerInvariant = 20;

    private readonly List<Violation> _violations = [];
    private readonly List<string> _notes = [];
    private readonly SortedDictionary<(string File, string Invariant), int> _counts = new(
        Comparer<(string File, string Invariant)>.Create(static (left, right) =>
            string.CompareOrdinal(left.File, right.File) is not 0 and var order
                ? order
                : string.CompareOrdinal(left.Invariant, right.Invariant)));

    /// <summary>The violations kept, in the order found.</summary>
    public IReadOnlyList<Violation> Violations => _violations;

    /// <summary>How often each invariant is violated in each file.</summary>
    public IReadOnlyDictionary<(string File, string Invariant), int> Counts => _counts;

    /// <summary>What was checked, and what could not be.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Whether nothing was found.</summary>
    public bool IsCorrect => _violations.Count == 0;

    /// <summary>Adds a violation.</summary>
    public void Add(string invariant, string file, int? line, string message)
    {
        var count = _counts.GetValueOrDefault((file, invariant)) + 1;
        _counts[(file, invariant)] = count;
        if (count <= KeptPerInvariant)
        {
            _violations.Add(new Violation(invariant, file, line, message));
        }
    }

    /// <summary>Adds a line on what was checked or could not be.</summary>
    public void Note(string note) => _notes.Add(note);
}

/// <summary>One thing that is not as a correct benchmark has it.</summary>
/// <param name="Invariant">Name of the invariant, for example <c>distinct-texts</c>.</param>
/// <param name="File">File name in the benchmark's folder.</param>
/// <param name="Line">1-based line; null where the whole file is meant.</param>
/// <param name="Message">What was found and what was expected.</param>
public sealed record Violation(string Invariant, string File, int? Line, string Message)
{
    /// <summary>One line for the user: place, invariant, message.</summary>
    public override string ToString() => Line is { } line
        ? string.Create(CultureInfo.InvariantCulture, $"{File} line {line}: {Invariant}: {Message}")
        : $"{File}: {Invariant}: {Message}";
}
