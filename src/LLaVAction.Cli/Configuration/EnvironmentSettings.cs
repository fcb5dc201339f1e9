using LLaVAction.Cli.Hosting;

namespace LLaVAction.Cli.Configuration;

/// <summary>Options set by variables <c>LLAVACTION_&lt;COMMAND&gt;_&lt;OPTION&gt;</c>.</summary>
internal static class EnvironmentSettings
{
    /// <summary>The variable of an option: both names in capitals, dashes as underscores.</summary>
    public static string VariableOf(string command, string optionName) =>
        $"{PrefixOf(command)}{Capitals(optionName.TrimStart('-'))}";

    /// <summary>
    /// Refuses variables that begin with the command's prefix and name none of its options. Variables of other commands
    /// are not looked at.
    /// </summary>
    /// <exception cref="UsageException">A variable names no option.</exception>
    public static void RefuseUnknown(
        string command, IEnumerable<string> optionNames, IEnumerable<string> otherCommands, IEnumerable<string> variables)
    {
        var prefix = PrefixOf(command);
        var known = optionNames.Select(name => VariableOf(command, name)).ToHashSet(StringComparer.Ordinal);
        var longerPrefixes = otherCommands.Select(PrefixOf)
            .Where(other => other.Length > prefix.Length && other.StartsWith(prefix, StringComparison.Ordinal))
            .ToList();
        foreach (var variable in variables.Order(StringComparer.Ordinal))
        {
            if (variable.StartsWith(prefix, StringComparison.Ordinal)
                && !known.Contains(variable)
                && !longerPrefixes.Exists(other => variable.StartsWith(other, StringComparison.Ordinal)))
            {
                throw new UsageException(
                    $"The environment variable {variable} names no option of {command}.{NearestName.Hint(variable, known)}");
            }
        }
    }

    private static string PrefixOf(string command) => $"LLAVACTION_{Capitals(command)}_";

    private static string Capitals(string name) => name.Replace('-', '_').ToUpperInvariant();
}
