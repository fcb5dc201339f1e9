using System.Text.Json;

namespace LLaVAction.Files;

/// <summary>Texts of untrusted JSON.</summary>
public static class JsonText
{
    /// <summary>The text of a JSON string.</summary>
    /// <param name="text">The string.</param>
    /// <param name="name">What it is, for the message.</param>
    /// <exception cref="JsonException">It escapes half a surrogate pair, which no UTF-8 text can hold.</exception>
    public static string Of(JsonElement text, string name = "a text")
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException failure)
        {
            throw new JsonException($"{name} is no valid Unicode text (half a surrogate pair)", failure);
        }
    }
}
