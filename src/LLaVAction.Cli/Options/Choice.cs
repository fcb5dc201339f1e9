using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LLaVAction.Cli.Options;

/// <summary>A word that an option takes, and the enumeration's value it stands for.</summary>
/// <param name="Text">The word: the value's name in JSON, else its own name in kebab-case.</param>
/// <param name="Value">The value.</param>
internal sealed record Choice(string Text, object Value)
{
    // The words of an enumeration, in the order of its values; those marked '[Browsable(false)]' are not for users.
    public static IReadOnlyList<Choice> Of(Type type) =>
    [
        .. Enum.GetValues(type).Cast<object>().Where(value => type.GetField(value.ToString()!)!.GetCustomAttribute<BrowsableAttribute>()?.Browsable != false).Select(value =>
        {
            var name = value.ToString()!;
            var written = type.GetField(name)!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name;
            return new Choice(written ?? JsonNamingPolicy.KebabCaseLower.ConvertName(name), value);
        }),
    ];
}
