namespace LLaVAction.Cli.Output;

/// <summary>The command line, an environment variable or a key of a configuration file is wrong: exit code 2 and a pointer to <c>--help</c>.</summary>
internal sealed class UsageException(string message) : Exception(message);
