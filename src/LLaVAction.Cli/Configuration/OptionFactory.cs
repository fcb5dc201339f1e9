using System.CommandLine;
using System.CommandLine.Parsing;

namespace LLaVAction.Cli.Configuration;

/// <summary>The shapes of options that commands share.</summary>
internal static class OptionFactory
{
    /// <summary>A text, a path or a number the user must give.</summary>
    public static Option<T> Required<T>(string name, string description, string helpName, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = helpName, Required = true };

    /// <summary>A value that may be left out and is null then; use nullable types for numbers.</summary>
    public static Option<T?> Optional<T>(string name, string description, string helpName, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = helpName };

    /// <summary>A value with a default.</summary>
    public static Option<T> WithDefault<T>(string name, string description, string helpName, T defaultValue) =>
        new(name) { Description = description, HelpName = helpName, DefaultValueFactory = _ => defaultValue };

    /// <summary>A switch, off unless given.</summary>
    public static Option<bool> Switch(string name, string description) => new(name) { Description = description };

    /// <summary>One of a few words.</summary>
    public static Option<string> Choice(string name, string description, string defaultValue, params string[] choices)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => defaultValue };
        option.AcceptOnlyFromAmong(choices);
        return option;
    }

    /// <summary>An option that is repeated, one value each time: <c>--strategy random --strategy avion=avion.pkl</c>.</summary>
    public static Option<string[]> Repeatable(string name, string description, string helpName) =>
        new(name)
        {
            Description = description,
            HelpName = helpName,
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
            DefaultValueFactory = _ => [],
        };

    /// <summary>A list with commas, which may be repeated too: <c>--frames 8,16</c>.</summary>
    public static Option<string[]> CommaList(string name, string description, string helpName, params string[] defaultValues) =>
        new(name)
        {
            Description = description,
            HelpName = helpName,
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
            DefaultValueFactory = _ => defaultValues,
            CustomParser = SplitCommas,
        };

    /// <summary>A list of whole numbers with commas: <c>--frames 8,16</c>.</summary>
    public static Option<int[]> IntegerList(string name, string description, string helpName, params int[] defaultValues) =>
        new(name)
        {
            Description = description,
            HelpName = helpName,
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
            DefaultValueFactory = _ => defaultValues,
            CustomParser = ParseIntegers,
        };

    private static string[] SplitCommas(ArgumentResult result) =>
        [.. result.Tokens.SelectMany(token =>
            token.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    private static int[]? ParseIntegers(ArgumentResult result)
    {
        var texts = SplitCommas(result);
        var numbers = new int[texts.Length];
        for (var index = 0; index < texts.Length; index++)
        {
            if (!int.TryParse(texts[index], System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out numbers[index]))
            {
                var option = ((OptionResult)result.Parent!).Option.Name;
                result.AddError($"{option}: '{texts[index]}' is not a whole number. Expected a list such as 8,16.");
                return null;
            }
        }

        return numbers;
    }
}
