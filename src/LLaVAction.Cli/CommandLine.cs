using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using LLaVAction.Cli.Commands;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;

namespace LLaVAction.Cli;

/// <summary>A command with its options and those that every command has.</summary>
internal sealed record ResolvedCommand(ToolCommand Command, object Options, GlobalOptions Globals);

/// <summary>
/// The command line as System.CommandLine sees it: tokens, help and completions are its work. Values are read by
/// <see cref="OptionSchema"/>, from the command line over the environment over the configuration file.
/// </summary>
internal sealed class CommandLine
{
    private const int HelpWidthWithoutTerminal = 110;

    // A token "@file" would otherwise be replaced by the file's content; --config is our way to do that.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    private readonly RootCommand _root = new("Builds multiple-choice video question sets from EPIC-KITCHENS-100 and evaluates video language models on them.");
    private readonly HelpOption _help = new("--help", "-h", "-?") { Description = "Show this page." };
    private readonly OptionSchema _globals;
    private readonly IReadOnlyList<ToolCommand> _commands;
    private readonly Dictionary<OptionField, Symbol> _symbols = [];

    /// <summary>Declares every command, and the options of those asked for.</summary>
    /// <param name="commands">All commands.</param>
    /// <param name="withOptions">Those whose options are needed; reading all would cost every start.</param>
    public CommandLine(IReadOnlyList<ToolCommand> commands, Func<ToolCommand, bool> withOptions)
    {
        _commands = commands;
        _globals = new OptionSchema("", typeof(GlobalOptions));
        _root.Options.Clear();
        _root.Options.Add(_help);
        _root.Options.Add(new VersionOption("--version") { Description = "Print the version." });
        foreach (var field in _globals.Fields)
        {
            var option = Declare(field);
            option.Recursive = true;
            _root.Options.Add(option);
        }

        foreach (var command in commands)
        {
            var symbol = new Command(command.Name, command.Description);
            _root.Subcommands.Add(symbol);
            if (withOptions(command))
            {
                DeclareAll(symbol, command.Schema);
            }
        }
    }

    public static bool AsksForHelp(IEnumerable<string> args) => BeforeDashes(args).Any(static argument => argument is "--help" or "-h" or "-?");

    // Answers a completion script: '[suggest:POSITION] "the line so far"', System.CommandLine's own protocol.
    public void Suggest(IReadOnlyList<string> args, TextWriter output) =>
        _root.Parse(args, Parsing).Invoke(new InvocationConfiguration { Output = output });

    public void WriteHelp(ToolCommand? command, TextWriter output, bool isTerminal)
    {
        if (!isTerminal)
        {
            ((HelpAction)_help.Action!).MaxWidth = HelpWidthWithoutTerminal;
        }

        _root.Parse(command is null ? ["--help"] : [command.Name, "--help"]).Invoke(new InvocationConfiguration { Output = output });
        if (command is null)
        {
            return;
        }

        output.WriteLine("Examples:");
        foreach (var example in command.Examples)
        {
            output.WriteLine($"  # {example.Purpose}");
            output.WriteLine($"  {example.CommandLine}");
        }

        var option = command.Schema.OptionNames.Append("verbosity").First();
        output.WriteLine();
        output.WriteLine($"Options can also be set by variables such as {EnvironmentLayer.VariableOf(command.Name, option)}, and by --config FILE.");
    }

    /// <summary>Finds the command and reads its options.</summary>
    /// <exception cref="UsageException">An option, argument or variable is unknown, missing or malformed.</exception>
    /// <exception cref="InputException">The configuration file is malformed or has an unknown key.</exception>
    public ResolvedCommand Resolve(IReadOnlyList<string> args, IReadOnlyDictionary<string, string> environment)
    {
        var result = _root.Parse(args, Parsing);
        var command = Named(result.CommandResult.Command.Name) ?? throw new UsageException(ComplainWithoutCommand(result));
        RefuseUnknownOptions(args, command);
        RefuseMalformed(result, command);
        EnvironmentLayer.RefuseUnknown(
            command.Name, command.Schema.OptionNames.Concat(_globals.OptionNames), _commands.Select(static other => other.Name), environment.Keys);

        OptionLayer typed = field => Typed(result, field);
        var variables = EnvironmentLayer.Of(command.Name, environment);
        OptionLayer[] layers = _globals.Fields.Single(static field => field.Name == "config") is var config
            && (typed(config) ?? variables(config)) is { Texts: [.., var path] }
            ? [typed, variables, ConfigurationFile.Read(path, command.Name, OptionsOf, [.. _commands.Select(static other => other.Name)])]
            : [typed, variables];
        return new ResolvedCommand(command, command.Schema.Read(layers), (GlobalOptions)_globals.Read(layers));
    }

    private static IEnumerable<string> BeforeDashes(IEnumerable<string> args) => args.TakeWhile(static argument => argument != "--");

    private ToolCommand? Named(string name) => _commands.FirstOrDefault(command => command.Name == name);

    private IReadOnlyList<string>? OptionsOf(string command) =>
        Named(command)?.Schema.OptionNames.Concat(_globals.OptionNames.Where(static name => name != "config")).ToList();

    private void DeclareAll(Command symbol, OptionSchema schema)
    {
        foreach (var field in schema.Fields)
        {
            if (field.IsArgument)
            {
                Argument argument = field.IsList ? new Argument<string[]>(field.Flag) : new Argument<string>(field.Flag);
                argument.Description = field.Description;
                argument.Arity = (field.IsList, field.IsRequired) switch
                {
                    (true, true) => ArgumentArity.OneOrMore,
                    (true, false) => ArgumentArity.ZeroOrMore,
                    (false, true) => ArgumentArity.ExactlyOne,
                    _ => ArgumentArity.ZeroOrOne,
                };
                _symbols.Add(field, argument);
                symbol.Arguments.Add(argument);
            }
            else
            {
                symbol.Options.Add(Declare(field));
            }
        }
    }

    private Option Declare(OptionField field)
    {
        string[] aliases = field.Alias.Length > 0 ? [field.Alias] : [];
        var defaultText = string.Join(',', field.DefaultTexts);
        Option option = (field.IsSwitch, field.IsList) switch
        {
            (true, _) => new Option<bool>(field.Flag, aliases),
            (_, true) => new Option<string[]>(field.Flag, aliases) { Arity = ArgumentArity.OneOrMore, DefaultValueFactory = defaultText.Length == 0 ? null : _ => [defaultText] },
            _ => new Option<string>(field.Flag, aliases) { DefaultValueFactory = defaultText.Length == 0 ? null : _ => defaultText },
        };
        option.HelpName = field.IsSwitch ? null : field.ValueName;
        option.Description = field.Description;
        option.Required = field.IsRequired;
        option.CompletionSources.Add([.. field.Choices]);
        _symbols.Add(field, option);
        return option;
    }

    private OptionValue? Typed(ParseResult result, OptionField field) => result.GetResult(_symbols[field]) switch
    {
        OptionResult { Implicit: false } option => new OptionValue(option.Tokens.Count > 0 ? Texts(option) : ["true"]),
        ArgumentResult { Tokens.Count: > 0 } argument => new OptionValue(Texts(argument)),
        _ => null,
    };

    private static string[] Texts(SymbolResult result) => [.. result.Tokens.Select(static token => token.Value)];

    // The parser alone would take "--outptu" for an argument, or for the value of the option before it.
    private void RefuseUnknownOptions(IEnumerable<string> args, ToolCommand command)
    {
        string[] known =
        [
            .. command.Schema.Fields.Concat(_globals.Fields).Where(static field => !field.IsArgument)
                .SelectMany(static field => (string[])[field.Flag, field.Alias]).Where(static name => name.Length > 0),
        ];
        foreach (var name in BeforeDashes(args).Select(static argument => argument.Split('=', ':')[0]))
        {
            var looksLikeOption = name.StartsWith("--", StringComparison.Ordinal) || (name.Length > 1 && name[0] == '-' && char.IsAsciiLetter(name[1]));
            if (looksLikeOption && !known.Contains(name, StringComparer.Ordinal))
            {
                throw new UsageException($"'{name}' is not an option of {command.Name}.{NearestName.Hint(name, known)}");
            }
        }
    }

    private static void RefuseMalformed(ParseResult result, ToolCommand command)
    {
        if (result.UnmatchedTokens is [var unmatched, ..])
        {
            throw new UsageException($"{command.Name} does not take the argument '{unmatched}'.");
        }

        foreach (var option in result.Errors.Select(static error => error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult).OfType<OptionResult>())
        {
            if (option is { Implicit: false, IdentifierToken: not null })
            {
                throw new UsageException(option.Tokens.Count == 0 ? $"{option.Option.Name} needs a value." : $"{option.Option.Name} takes one value; found {string.Join(" and ", Texts(option))}.");
            }
        }
    }

    private string ComplainWithoutCommand(ParseResult result)
    {
        string[] names = [.. _commands.Select(static command => command.Name)];
        return result.UnmatchedTokens is [var word, ..]
            ? $"'{word}' is not a command.{NearestName.Hint(word, names)}"
            : $"No command given. Commands: {string.Join(", ", names)}.";
    }
}
