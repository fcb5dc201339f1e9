using System.CommandLine;
using LLaVAction.Cli.Configuration;

namespace LLaVAction.Cli.Hosting;

/// <summary>All commands under one root, ready to resolve a command line.</summary>
internal sealed class CommandTree
{
    private readonly GlobalOptions _globals = new();

    /// <summary>Creates every command.</summary>
    public CommandTree()
    {
        Root = new RootCommand("Builds multiple-choice video question sets from EPIC-KITCHENS-100 and measures video language models on them.");
        Root.Options.Clear();
        Root.Options.Add(HelpPage.CreateOption());
        Root.Options.Add(new VersionOption("--version") { Description = "Prints the version." });
        _globals.AddTo(Root);
        foreach (var module in Modules)
        {
            Root.Subcommands.Add(module.Command);
        }
    }

    /// <summary>The root.</summary>
    public RootCommand Root { get; }

    /// <summary>The commands, in the order of the overview.</summary>
    public IReadOnlyList<CommandModule> Modules { get; } = CommandRegistry.CreateAll();

    /// <summary>The options every command has.</summary>
    public GlobalOptions Globals => _globals;

    /// <summary>The command of a name; null for none.</summary>
    public CommandModule? Find(string name) => Modules.FirstOrDefault(module => string.Equals(module.Command.Name, name, StringComparison.Ordinal));

    /// <summary>Resolves a command line, its first word being the command.</summary>
    /// <param name="module">The command.</param>
    /// <param name="args">The whole line.</param>
    /// <param name="environment">Variables to read options from.</param>
    /// <exception cref="UsageException">An option, argument or variable is unknown, missing or malformed.</exception>
    /// <exception cref="InputException">The configuration file is malformed or has an unknown key.</exception>
    public LayeredCommandLine Resolve(CommandModule module, string[] args, IReadOnlyDictionary<string, string> environment) =>
        new OptionLayers(Root, _globals, [.. Modules.Select(static other => other.Command)], environment).Resolve(args, module.Command);
}
