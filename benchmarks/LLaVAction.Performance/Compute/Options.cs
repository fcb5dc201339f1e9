using System.Globalization;

namespace LLaVAction.Performance.Compute;

/// <summary>Options of the compute benchmarks: <c>--name value</c> pairs.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Reads the pairs; anything else is an error.</summary>
    public Options(string[] arguments, params string[] known)
    {
        for (var index = 0; index < arguments.Length; index += 2)
        {
            var name = arguments[index];
            if (!known.Contains(name, StringComparer.Ordinal) || index + 1 == arguments.Length)
            {
                throw new ArgumentException($"'{name}': expected pairs of an option ({string.Join(", ", known)}) and its value.", nameof(arguments));
            }

            _values[name] = arguments[index + 1];
        }
    }

    /// <summary>A text, or a default.</summary>
    public string? Text(string name, string? otherwise) => _values.GetValueOrDefault(name, otherwise!);

    /// <summary>A whole number, or a default.</summary>
    public int Number(string name, int otherwise)
        => _values.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
