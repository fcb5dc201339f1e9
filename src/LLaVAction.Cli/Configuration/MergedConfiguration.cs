namespace LLaVAction.Cli.Configuration;

/// <summary>Where an option's value comes from; the first that has one wins.</summary>
internal enum OptionSource
{
    /// <summary>Given on the command line.</summary>
    CommandLine,

    /// <summary>A variable of the environment.</summary>
    Environment,

    /// <summary>The file of <c>--config</c>.</summary>
    File,

    /// <summary>The option's own default.</summary>
    Default,
}

/// <summary>One option as it is in force.</summary>
/// <param name="Name">Name without dashes in front, for example <c>frame-policy</c>.</param>
/// <param name="Values">Its values as text, in order; one for a single-valued option.</param>
/// <param name="Source">Where they come from.</param>
/// <param name="Origin">The variable, or file and line; null for the command line and defaults.</param>
internal sealed record ConfiguredOption(string Name, IReadOnlyList<string> Values, OptionSource Source, string? Origin = null);

/// <summary>
/// All options and arguments of the invoked command that have a value, in the order in which the command declares them
/// (arguments first), to be stored with a run. The options all commands share (<c>--config</c>, <c>--libtorch</c>,
/// <c>--log-file</c>, <c>--verbosity</c>) are left out: no number depends on them.
/// </summary>
internal sealed record MergedConfiguration(string Command, IReadOnlyList<ConfiguredOption> Options)
{
    /// <summary>Where an option's value comes from; <see cref="OptionSource.Default"/> when it has none.</summary>
    public OptionSource SourceOf(string name) =>
        Options.FirstOrDefault(option => string.Equals(option.Name, name.TrimStart('-'), StringComparison.Ordinal))?.Source ?? OptionSource.Default;
}
