using System.CommandLine;
using System.CommandLine.Parsing;
using LLaVAction.Cli.Hosting;

namespace LLaVAction.Cli.Configuration;

/// <summary>Says what is wrong with a command line, in the user's words.</summary>
internal static class CommandLineCheck
{
    /// <summary>
    /// Refuses anything that looks like an option and is none. The parser alone would take <c>--outptu</c> for a positional
    /// argument or for the value of the option before it.
    /// </summary>
    /// <exception cref="UsageException">An option is unknown.</exception>
    public static void RefuseUnknownOptions(IEnumerable<string> args, string command, IReadOnlyList<Option> options)
    {
        var known = options.SelectMany(option => option.Aliases.Append(option.Name)).ToHashSet(StringComparer.Ordinal);
        foreach (var argument in args.TakeWhile(argument => !string.Equals(argument, "--", StringComparison.Ordinal)))
        {
            var name = argument.Split('=', ':')[0];
            var looksLikeOption = name.StartsWith("--", StringComparison.Ordinal) || (name.Length > 1 && name[0] == '-' && char.IsAsciiLetter(name[1]));
            if (looksLikeOption && !known.Contains(name))
            {
                throw new UsageException($"'{name}' is not an option of {command}.{NearestName.Hint(name, known)}");
            }
        }
    }

    /// <summary>One sentence for one error of the parser, with the variable or file line it comes from.</summary>
    public static string Describe(ParseError error, string command, IReadOnlyDictionary<string, ConfiguredOption> lower)
    {
        var option = error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult;
        if (option is null)
        {
            return OneLine(error.Message).Replace("Unrecognized command or argument", $"{command} does not take the argument", StringComparison.Ordinal);
        }

        var name = option.Option.Name;
        var value = option.Tokens.Count > 0 ? option.Tokens[^1].Value : null;
        var origin = lower.TryGetValue(name, out var configured) ? $" (set by {configured.Origin})" : string.Empty;
        return Explain(error, option, name, value, command) + origin;
    }

    private static string Explain(ParseError error, OptionResult result, string name, string? value, string command)
    {
        if (error.Message.StartsWith("Cannot parse argument", StringComparison.Ordinal))
        {
            return $"{name}: '{value}' is not {Kind(result.Option.ValueType)}.";
        }

        if (error.Message.Contains("Must be one of", StringComparison.Ordinal))
        {
            var choices = result.Option.GetCompletions(System.CommandLine.Completions.CompletionContext.Empty).Select(item => item.Label).ToList();
            var wrong = result.Tokens.Select(token => token.Value).FirstOrDefault(text => !choices.Contains(text, StringComparer.Ordinal)) ?? value ?? string.Empty;
            return $"{name}: '{wrong}' is none of {string.Join(", ", choices)}.{NearestName.Hint(wrong, choices)}";
        }

        if (error.Message.EndsWith("is required.", StringComparison.Ordinal))
        {
            return $"{name} is required. Give it on the command line, as {EnvironmentSettings.VariableOf(command, name)}, or in a --config file.";
        }

        return error.Message.StartsWith("Required argument missing", StringComparison.Ordinal)
            ? $"{name} needs a value."
            : OneLine(error.Message);
    }

    private static string Kind(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        plain = plain.IsArray ? plain.GetElementType()! : plain;
        return Type.GetTypeCode(plain) switch
        {
            TypeCode.Int32 or TypeCode.Int64 => "a whole number in range",
            TypeCode.UInt32 or TypeCode.UInt64 => "a whole number of 0 or more in range",
            TypeCode.Double or TypeCode.Single or TypeCode.Decimal => "a number",
            TypeCode.Boolean => "true or false",
            _ => "a value it can take",
        };
    }

    private static string OneLine(string message) =>
        string.Join(' ', message.Split(['\r', '\n', '\t', ' '], StringSplitOptions.RemoveEmptyEntries));
}
