using System.Reflection;
using System.Text.Json.Serialization;

namespace LLaVAction.Benchmarks;

/// <summary>The written names of a setting's values, the same on the command line and in <c>manifest.json</c>.</summary>
public static class SettingNames
{
    /// <summary>All names of a setting, in the order of its values.</summary>
    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum => Names<T>.Texts;

    /// <summary>The name of a value, for example <c>official-key</c>.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => Names<T>.Texts[Array.IndexOf(Names<T>.Values, value)];

    /// <summary>Finds the value of a name; false when the setting has no such value.</summary>
    public static bool TryParse<T>(string name, out T value)
        where T : struct, Enum
    {
        var index = Array.IndexOf(Names<T>.Texts, name);
        value = index < 0 ? default : Names<T>.Values[index];
        return index >= 0;
    }

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly T[] Values = Enum.GetValues<T>();
        public static readonly string[] Texts = [.. Values.Select(static value =>
            typeof(T).GetField(value.ToString())!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()!.Name)];
    }
}

/// <summary>Reads and writes a setting by its name; a number, which other converters take for any value, is refused.</summary>
internal sealed class SettingConverter<T>() : JsonStringEnumConverter<T>(namingPolicy: null, allowIntegerValues: false)
    where T : struct, Enum;
