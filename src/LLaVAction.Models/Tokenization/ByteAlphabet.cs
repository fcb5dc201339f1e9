using System.Text;

namespace LLaVAction.Models.Tokenization;

/// <summary>
/// The characters that stand for bytes in byte-level vocabularies (GPT-2's <c>bytes_to_unicode</c>): printable Latin-1
/// characters for themselves, U+0100 and up for the other 68 in order.
/// </summary>
internal static class ByteAlphabet
{
    private const int FirstSubstitute = 0x100;

    private static readonly char[] Characters = MakeCharacters();
    private static readonly Dictionary<char, byte> Bytes = Enumerable.Range(0, 256).ToDictionary(value => Characters[value], value => (byte)value);

    public static char CharacterOf(byte value) => Characters[value];

    // A text's UTF-8 bytes as characters of the alphabet; the text may hold no lone surrogate.
    public static string Spell(string text) =>
        string.Concat(Encoding.UTF8.GetBytes(text).Select(value => Characters[value]));

    // The bytes of a token; those of its UTF-8 form where it holds a character outside the alphabet, as an added token may.
    public static byte[] BytesOf(string token)
    {
        var result = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            if (!Bytes.TryGetValue(token[i], out result[i]))
            {
                return Encoding.UTF8.GetBytes(token);
            }
        }

        return result;
    }

    private static char[] MakeCharacters()
    {
        var characters = new char[256];
        var substitute = (char)FirstSubstitute;
        for (var value = 0; value < 256; value++)
        {
            var isPrintable = value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE and <= 0xFF;
            characters[value] = isPrintable ? (char)value : substitute++;
        }

        return characters;
    }
}
