namespace LLaVAction.Cli.Tests.Benchmarks;

/// <summary>One way in which inputs can be wrong, and what the message has to say of it.</summary>
/// <param name="Name">What is wrong.</param>
/// <param name="File">The file or option that the message names.</param>
/// <param name="Found">Where, and what was found.</param>
/// <param name="Expected">What was expected, or what to do.</param>
/// <param name="Spoil">Spoils the inputs.</param>
/// <param name="Arguments">Options beyond the usual ones; <c>@name</c> is a file of the folder.</param>
internal sealed record MalformedInput(
    string Name, string File, string[] Found, string Expected, Action<InputFolder> Spoil, params string[] Arguments)
{
    /// <summary>Arguments with <c>@name</c> replaced by paths.</summary>
    public string[] ArgumentsIn(InputFolder folder) => [.. Arguments.Select(argument =>
        argument.IndexOf('@', StringComparison.Ordinal) is var at and >= 0 ? argument[..at] + folder[argument[(at + 1)..]] : argument)];
}
