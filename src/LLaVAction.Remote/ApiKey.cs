using System.Text.RegularExpressions;

namespace LLaVAction.Remote;

/// <summary>
/// The key of a service, which comes from an environment variable alone. Nothing prints it: the text of the object names
/// the variable, and what a server sends back goes through <see cref="Scrub"/> before anything else sees it.
/// </summary>
public sealed partial class ApiKey
{
    private const int ShortestSecret = 6;
    private readonly string? _value;

    private ApiKey(string variable, string? value)
    {
        Variable = variable;
        _value = value;
    }

    /// <summary>The environment variable that holds it.</summary>
    public string Variable { get; }

    /// <summary>Whether there is one; a server of one's own often wants none.</summary>
    public bool IsPresent => _value is not null;

    /// <summary>The key for a server.</summary>
    /// <param name="variable">Name of the environment variable.</param>
    /// <param name="server">The server; one on this machine may do without a key.</param>
    /// <param name="readVariable">Reads an environment variable.</param>
    /// <exception cref="InputException">The variable is not set, and the server is not on this machine; or it holds a line break.</exception>
    public static ApiKey Read(string variable, Uri server, Func<string, string?> readVariable)
    {
        var value = readVariable(variable)?.Trim();
        if (string.IsNullOrEmpty(value))
        {
            return server.IsLoopback
                ? new ApiKey(variable, null)
                : throw new InputException(
                    $"The environment variable {variable} is not set; {server.Host} wants a key. Set it, or name another variable with --api-key-variable. "
                    + "A server of your own that wants none takes any text.");
        }

        return value.Any(char.IsControl)
            ? throw new InputException($"The environment variable {variable} holds a line break or another control character; expected a key alone.")
            : new ApiKey(variable, value);
    }

    internal string Value => _value ?? "none";

    /// <summary>A text without the key, whole or as services abbreviate it.</summary>
    public string Scrub(string text)
    {
        var clean = _value is { Length: >= ShortestSecret } value ? text.Replace(value, "***", StringComparison.Ordinal) : text;
        return KeyLike().Replace(clean, "***");
    }

    /// <inheritdoc/>
    public override string ToString() => $"the key in {Variable}";

    // Error messages of services repeat a key with its middle starred out.
    [GeneratedRegex(@"\bsk-[A-Za-z0-9_*-]{6,}", RegexOptions.CultureInvariant)]
    private static partial Regex KeyLike();
}
