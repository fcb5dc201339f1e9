namespace LLaVAction.Cli.Tests.Support;

/// <summary>Runs a command line of <c>llavaction</c> inside the test: everything but the process of its own.</summary>
internal static class CliHost
{
    private static readonly Dictionary<string, string> NoVariables = [];

    /// <summary>Runs with arguments alone, and none of the caller's environment.</summary>
    public static async Task<CliResult> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var exitCode = await CommandHost.RunAsync(arguments, new HostStreams(NoVariables, output, error));
        return new CliResult(exitCode, output.ToString(), error.ToString());
    }
}
