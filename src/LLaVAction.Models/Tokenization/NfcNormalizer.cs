using System.Runtime.InteropServices;
using System.Text;

namespace LLaVAction.Models.Tokenization;

/// <summary>
/// Unicode normalisation form C (UAX #15): full canonical decomposition, canonical ordering, canonical composition.
/// Needs no ICU. A lone surrogate becomes U+FFFD on the way, as in every conversion to UTF-8.
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
    private const int Syllables = Leads * Vowels * Trails;

    private static readonly Dictionary<int, (int First, int Second)> Decompositions = ReadDecompositions();
    private static readonly Dictionary<(int First, int Second), int> Compositions = ReadCompositions();

    /// <summary>The text in form C, with U+FFFD for each lone surrogate.</summary>
    public static string Normalize(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange(FirstCombining, char.MaxValue) < 0)
        {
            return text;
        }

        var decomposed = new List<int>(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, decomposed);
        }

        Order(CollectionsMarshal.AsSpan(decomposed));
        var result = new StringBuilder(text.Length);
        foreach (var character in Compose(decomposed))
        {
            result.Append(new Rune(character));
        }

        return result.ToString();
    }

    private static void Decompose(int character, List<int> result)
    {
        var syllable = character - SyllableBase;
        if (syllable is >= 0 and < Syllables)
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
            Decompose(parts.First, result);
            if (parts.Second != 0)
            {
                Decompose(parts.Second, result);
            }
        }
        else
        {
            result.Add(character);
        }
    }

    /// <summary>Sorts each run of combining characters by class, stably.</summary>
    private static void Order(Span<int> characters)
    {
        for (var start = 0; start < characters.Length; start++)
        {
            if (CombiningClass(characters[start]) == 0)
            {
                continue;
            }

            var end = start + 1;
            while (end < characters.Length && CombiningClass(characters[end]) != 0)
            {
                end++;
            }

            if (end - start > 1)
            {
                var run = characters[start..end];
                var keys = new long[run.Length];
                for (var i = 0; i < run.Length; i++)
                {
                    keys[i] = ((long)CombiningClass(run[i]) << 32) | (uint)i;
                }

                keys.AsSpan().Sort(run);
            }

            start = end;
        }
    }

    /// <summary>Composes each character with the last starter before it unless something between them blocks it.</summary>
    private static List<int> Compose(List<int> characters)
    {
        var result = new List<int>(characters.Count);
        var starter = -1;
        var lastClass = 0;
        foreach (var character in characters)
        {
            var combiningClass = CombiningClass(character);
            if (starter >= 0
                && (lastClass == 0 || lastClass < combiningClass)
                && ComposePair(result[starter], character) is int composite)
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
        if (first - LeadBase is >= 0 and < Leads && second - VowelBase is >= 0 and < Vowels)
        {
            return SyllableBase + (((((first - LeadBase) * Vowels) + second) - VowelBase) * Trails);
        }

        if (first - SyllableBase is >= 0 and < Syllables && (first - SyllableBase) % Trails == 0 && second - TrailBase is > 0 and < Trails)
        {
            return first + (second - TrailBase);
        }

        return Compositions.TryGetValue((first, second), out var composite) ? composite : null;
    }

    private static int CombiningClass(int character)
    {
        var ranges = NfcTable.CombiningClasses;
        var low = 0;
        var high = (ranges.Length / 3) - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (character < ranges[3 * middle])
            {
                high = middle - 1;
            }
            else if (character > ranges[(3 * middle) + 1])
            {
                low = middle + 1;
            }
            else
            {
                return ranges[(3 * middle) + 2];
            }
        }

        return 0;
    }

    private static Dictionary<int, (int First, int Second)> ReadDecompositions()
    {
        var table = NfcTable.Decompositions;
        var result = new Dictionary<int, (int First, int Second)>(table.Length / 3);
        for (var i = 0; i < table.Length; i += 3)
        {
            result.Add(table[i], (table[i + 1], table[i + 2]));
        }

        return result;
    }

    private static Dictionary<(int First, int Second), int> ReadCompositions()
    {
        var table = NfcTable.Compositions;
        var result = new Dictionary<(int First, int Second), int>(table.Length / 3);
        for (var i = 0; i < table.Length; i += 3)
        {
            result.Add((table[i], table[i + 1]), table[i + 2]);
        }

        return result;
    }
}
