using System.Globalization;

namespace LLaVAction.Benchmarks.Audit;

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
