using LLaVAction.Cli.Output;

namespace LLaVAction.Cli.Options;

/// <summary>Options set by variables <c>LLAVACTION_&lt;COMMAND&gt;_&lt;OPTION&gt;</c>; lists have commas.</summary>
internal static class EnvironmentLayer
{
    public static OptionLayer Of(string command, IReadOnlyDictionary<string, string> variables) => field =>
        !field.IsArgument && variables.TryGetValue(VariableOf(command, field.Name), out var text) && text.Length > 0
            ? new OptionValue(
                field.IsList ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [text],
                VariableOf(command, field.Name))
            : null;

    public static string VariableOf(string command, string option) => PrefixOf(command) + Capitals(option);

    /// <summary>Refuses variables that begin with the command's prefix and name none of its options.</summary>
    /// <exception cref="UsageException">A variable names no option.</exception>
    public static void RefuseUnknown(string command, IEnumerable<string> options, IEnumerable<string> commands, IEnumerable<string> variables)
    {
        var prefix = PrefixOf(command);
        var known = options.Select(option => VariableOf(command, option)).ToHashSet(StringComparer.Ordinal);
        string[] longer = [.. commands.Select(PrefixOf).Where(other => other.Length > prefix.Length && other.StartsWith(prefix, StringComparison.Ordinal))];
        var unknown = variables
            .Where(variable => variable.StartsWith(prefix, StringComparison.Ordinal) && !known.Contains(variable))
            .Where(variable => !Array.Exists(longer, other => variable.StartsWith(other, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)
            .FirstOrDefault();
        if (unknown is not null)
        {
            throw new UsageException($"The environment variable {unknown} names no option of {command}.{NearestName.Hint(unknown, known)}");
        }
    }

    private static string PrefixOf(string command) => $"LLAVACTION_{Capitals(command)}_";

    private static string Capitals(string name) => name.Replace('-', '_').ToUpperInvariant();
}
