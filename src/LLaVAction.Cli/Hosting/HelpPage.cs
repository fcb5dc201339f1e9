using System.CommandLine;
using System.CommandLine.Help;
using LLaVAction.Cli.Configuration;

namespace LLaVAction.Cli.Hosting;

/// <summary>Prints the help of the tool or of one command, with examples that run.</summary>
internal static class HelpPage
{
    private const int WidthWithoutTerminal = 110;

    /// <summary>The option itself; <c>/h</c> is left out because it would hide a path of that name.</summary>
    public static HelpOption CreateOption() =>
        new("--help", "-h", "-?") { Description = "Shows this page." };

    /// <summary>True when the arguments ask for help.</summary>
    public static bool IsAskedFor(string[] args) =>
        args.TakeWhile(argument => !string.Equals(argument, "--", StringComparison.Ordinal)).Any(argument => argument is "--help" or "-h" or "-?");

    /// <summary>Prints the page.</summary>
    /// <param name="root">The root command.</param>
    /// <param name="module">The command asked about; null for the overview.</param>
    /// <param name="output">Where to.</param>
    public static void Write(Command root, CommandModule? module, TextWriter output)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        if (Console.IsOutputRedirected)
        {
            ((HelpAction)help.Action!).MaxWidth = WidthWithoutTerminal;
        }

        string[] line = module is null ? ["--help"] : [module.Command.Name, "--help"];
        root.Parse(line).Invoke(new InvocationConfiguration { Output = output });
        if (module is null)
        {
            return;
        }

        output.WriteLine("Examples:");
        foreach (var example in module.Examples)
        {
            output.WriteLine($"  # {example.Purpose}");
            output.WriteLine($"  {example.CommandLine}");
        }

        var option = module.Command.Options.Select(option => option.Name).FirstOrDefault() ?? "--verbosity";
        output.WriteLine();
        output.WriteLine($"Options can also be set by variables such as {EnvironmentSettings.VariableOf(module.Command.Name, option)} and by --config FILE.");
    }
}
