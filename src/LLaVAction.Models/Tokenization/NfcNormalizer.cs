using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace LLaVAction.Models.Tokenization;

/// <summary>
/// Unicode normalisation form C (UAX #15). The tool runs without ICU, and there .NET's own <c>Normalize</c> returns its
/// input unchanged (tried with .NET 10), while the reference's tokenizer normalises.
/// A lone surrogate becomes U+FFFD on the way, as in every conversion to UTF-8.
/// </summary>
internal static class NfcNormalizer
{
    // Nothing below U+0300 decomposes under composition or combines.
    private const char FirstCombining = '\u0300';

    // Hangul, computed as in the Unicode standard, section 3.12.
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailBase = 0x11A7;
    private const int Leads = 19;
    private const int Vowels = 21;
    private const int Trails = 28;

    private static readonly Dictionary<int, int[]> Decompositions = [];
    private static readonly Dictionary<(int First, int Second), int> Compositions = [];
    private static readonly Dictionary<int, int> Classes = [];

    static NfcNormalizer()
    {
        using var reader = new StreamReader(typeof(NfcNormalizer).Assembly.GetManifestResourceStream("LLaVAction.Models.Tokenization.Nfc.txt")!);
        while (reader.ReadLine() is { } line)
        {
            foreach (var entry in line.StartsWith('#') ? [] : line.Split(' '))
            {
                Read(entry.Split('=', '>', ':'), isComposed: entry.Contains('=', StringComparison.Ordinal));
            }
        }
    }

    public static string Normalize(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange(FirstCombining, char.MaxValue) < 0)
        {
            return text;
        }

        var characters = new List<int>(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, characters);
        }

        Order(characters);
        var result = new StringBuilder(text.Length);
        foreach (var character in Compose(characters))
        {
            result.Append(new Rune(character));
        }

        return result.ToString();
    }

    // One entry of the data: 'C0=41+300' is composed again, '340>300' is not, '300-314:230' is a range's class.
    private static void Read(string[] entry, bool isComposed)
    {
        if (entry[0].Split('-') is [var first, var last])
        {
            for (var character = Hexadecimal(first); character <= Hexadecimal(last); character++)
            {
                Classes.Add(character, int.Parse(entry[1], CultureInfo.InvariantCulture));
            }

            return;
        }

        var parts = Array.ConvertAll(entry[1].Split('+'), Hexadecimal);
        Decompositions.Add(Hexadecimal(entry[0]), parts);
        if (isComposed)
        {
            Compositions.Add((parts[0], parts[1]), Hexadecimal(entry[0]));
        }
    }

    private static int Hexadecimal(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static void Decompose(int character, List<int> result)
    {
        if (character - SyllableBase is >= 0 and < Leads * Vowels * Trails and var syllable)
        {
            result.Add(LeadBase + (syllable / (Vowels * Trails)));
            result.Add(VowelBase + (syllable % (Vowels * Trails) / Trails));
            if (syllable % Trails != 0)
            {
                result.Add(TrailBase + (syllable % Trails));
            }
        }
        else if (Decompositions.TryGetValue(character, out var parts))
        {
            foreach (var part in parts)
            {
                Decompose(part, result);
            }
        }
        else
        {
            result.Add(character);
        }
    }

    private static void Order(List<int> characters)
    {
        for (var start = 0; start < characters.Count; start++)
        {
            var end = start;
            while (end < characters.Count && Classes.ContainsKey(characters[end]))
            {
                end++;
            }

            if (end - start > 1)
            {
                var sorted = characters[start..end].OrderBy(static character => Classes[character]).ToArray();
                sorted.CopyTo(CollectionsMarshal.AsSpan(characters)[start..end]);
            }

            start = end;
        }
    }

    // Composes each character with the last starter before it unless something between them blocks it.
    private static List<int> Compose(List<int> characters)
    {
        var result = new List<int>(characters.Count);
        var starter = -1;
        var lastClass = 0;
        foreach (var character in characters)
        {
            var combiningClass = Classes.GetValueOrDefault(character);
            if (starter >= 0
                && (lastClass == 0 || lastClass < combiningClass)
                && ComposePair(result[starter], character) is { } composite)
            {
                result[starter] = composite;
                continue;
            }

            if (combiningClass == 0)
            {
                starter = result.Count;
            }

            lastClass = combiningClass;
            result.Add(character);
        }

        return result;
    }

    private static int? ComposePair(int first, int second)
    {
        if (first - LeadBase is >= 0 and < Leads and var lead && second - VowelBase is >= 0 and < Vowels and var vowel)
        {
            return SyllableBase + (((lead * Vowels) + vowel) * Trails);
        }

        if (first - SyllableBase is >= 0 and < Leads * Vowels * Trails and var syllable
            && syllable % Trails == 0
            && second - TrailBase is > 0 and < Trails and var trail)
        {
            return first + trail;
        }

        return Compositions.TryGetValue((first, second), out var composite) ? composite : null;
    }
}
