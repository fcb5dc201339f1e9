using System.Collections;
using System.CommandLine;
using System.Globalization;
using LLaVAction.Cli.Hosting;

namespace LLaVAction.Cli.Configuration;

/// <summary>A command line completed from the environment and the configuration file, and what came from where.</summary>
internal sealed record LayeredCommandLine(ParseResult Result, MergedConfiguration Configuration);

/// <summary>
/// Layers the sources of options: command line over environment over configuration file over defaults. An option given
/// in an upper layer replaces the lower one's value whole, lists too. It works by parsing twice: what the first parse
/// lacks is handed to the second as if it had been typed.
/// </summary>
internal sealed class OptionLayers(
    Command root, GlobalOptions globals, IReadOnlyList<Command> commands, IReadOnlyDictionary<string, string> environment)
{
    // A token "@file" would otherwise be replaced by the file's content; --config is our way to do that.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    /// <summary>Resolves every option of the invoked command.</summary>
    /// <exception cref="UsageException">An option, argument or variable is unknown, missing or malformed.</exception>
    /// <exception cref="InputException">The configuration file is malformed or has an unknown key.</exception>
    public LayeredCommandLine Resolve(string[] args, Command command)
    {
        var options = OptionsOf(command);
        CommandLineCheck.RefuseUnknownOptions(args, command.Name, [.. options, globals.Config]);
        EnvironmentSettings.RefuseUnknown(
            command.Name,
            options.Select(option => option.Name).Append(globals.Config.Name),
            commands.Select(other => other.Name),
            environment.Keys);

        var typed = root.Parse(args, Parsing);
        var lower = CollectLowerLayers(typed, command, options);
        var result = lower.Count == 0 ? typed : root.Parse(Inject(args, lower), Parsing);
        if (result.Errors.Count > 0)
        {
            throw new UsageException(CommandLineCheck.Describe(result.Errors[0], command.Name, lower));
        }

        return new LayeredCommandLine(result, Merge(result, command, lower));
    }

    private List<Option> OptionsOf(Command command) => [.. command.Options, globals.LibTorch, globals.LogFile, globals.Verbosity];

    private Dictionary<string, ConfiguredOption> CollectLowerLayers(ParseResult typed, Command command, List<Option> options)
    {
        var fromFile = ReadFile(typed, command);
        var lower = new Dictionary<string, ConfiguredOption>(StringComparer.Ordinal);
        foreach (var option in options.Where(option => !IsTyped(typed, option)))
        {
            var name = option.Name.TrimStart('-');
            var variable = EnvironmentSettings.VariableOf(command.Name, option.Name);
            if (environment.TryGetValue(variable, out var text) && text.Length > 0)
            {
                var values = IsList(option) ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [text];
                lower.Add(option.Name, new ConfiguredOption(name, ReadSwitch(option, values), OptionSource.Environment, variable));
            }
            else if (fromFile.FirstOrDefault(setting => string.Equals(setting.Name, name, StringComparison.Ordinal)) is { } setting)
            {
                lower.Add(option.Name, new ConfiguredOption(name, ReadSwitch(option, setting.Values), OptionSource.File, setting.Origin));
            }
        }

        return lower;
    }

    private IReadOnlyList<FileSetting> ReadFile(ParseResult typed, Command command)
    {
        var path = IsTyped(typed, globals.Config)
            ? typed.GetResult(globals.Config)!.Tokens.Select(token => token.Value).FirstOrDefault()
            : environment.GetValueOrDefault(EnvironmentSettings.VariableOf(command.Name, globals.Config.Name));
        return string.IsNullOrEmpty(path)
            ? []
            : ConfigurationFile.Read(path, command.Name, commands.ToDictionary(
                other => other.Name,
                other => (IReadOnlyCollection<string>)[.. OptionsOf(other).Select(option => option.Name.TrimStart('-'))],
                StringComparer.Ordinal));
    }

    private static string[] Inject(string[] args, Dictionary<string, ConfiguredOption> lower)
    {
        var end = Array.IndexOf(args, "--");
        var typed = end < 0 ? args.Length : end;
        var injected = lower.SelectMany(pair => pair.Value.Values.Select(value => $"{pair.Key}={value}"));
        return [.. args.Take(typed), .. injected, .. args.Skip(typed)];
    }

    private static IReadOnlyList<string> ReadSwitch(Option option, IReadOnlyList<string> values) =>
        option.ValueType != typeof(bool) ? values : [.. values.Select(value => value.ToUpperInvariant() switch
        {
            "1" or "YES" or "ON" => "true",
            "0" or "NO" or "OFF" => "false",
            _ => value,
        })];

    private static MergedConfiguration Merge(ParseResult result, Command command, Dictionary<string, ConfiguredOption> lower)
    {
        var merged = new List<ConfiguredOption>();
        foreach (var argument in command.Arguments)
        {
            if (result.GetResult(argument) is { Tokens.Count: > 0 } given)
            {
                merged.Add(new ConfiguredOption(argument.Name, [.. given.Tokens.Select(token => token.Value)], OptionSource.CommandLine));
            }
        }

        foreach (var option in command.Options)
        {
            var name = option.Name.TrimStart('-');
            if (lower.TryGetValue(option.Name, out var configured))
            {
                merged.Add(configured);
            }
            else if (IsTyped(result, option))
            {
                var values = result.GetResult(option)!.Tokens.Select(token => token.Value).ToList();
                merged.Add(new ConfiguredOption(name, values.Count == 0 ? ["true"] : values, OptionSource.CommandLine));
            }
            else if (DefaultOf(option) is { Count: > 0 } values)
            {
                merged.Add(new ConfiguredOption(name, values, OptionSource.Default));
            }
        }

        return new MergedConfiguration(command.Name, merged);
    }

    private static IReadOnlyList<string> DefaultOf(Option option) =>
        !option.HasDefaultValue ? [] : option.GetDefaultValue() switch
        {
            null => [],
            string text => [text],
            bool isOn => [isOn ? "true" : "false"],
            IEnumerable items => [.. items.Cast<object>().Select(Text)],
            var value => [Text(value)],
        };

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty;

    private static bool IsTyped(ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };

    private static bool IsList(Option option) => option.Arity.MaximumNumberOfValues > 1;
}
