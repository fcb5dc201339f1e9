using System.Globalization;
using LLaVAction.Epic;

namespace LLaVAction.Comparison;

/// <summary>
/// Names of verb and noun classes: the keys of the class files where the user gave them, else the word that most option
/// texts of a class begin (verbs) or end (nouns) with.
/// </summary>
/// <param name="Verbs">Names of verb classes.</param>
/// <param name="Nouns">Names of noun classes.</param>
/// <param name="AreOfficial">Whether both are the keys of class files.</param>
public sealed record ClassNames(IReadOnlyDictionary<int, string> Verbs, IReadOnlyDictionary<int, string> Nouns, bool AreOfficial)
{
    /// <summary>Names the classes of a comparison's questions.</summary>
    public static ClassNames Of(IReadOnlyList<ComparedRun> runs, SplitFiles files)
    {
        if (files is { Verbs: { } verbs, Nouns: { } nouns })
        {
            return new ClassNames(Keys(verbs), Keys(nouns), AreOfficial: true);
        }

        var options = runs.SelectMany(static run => run.Results.Sets).SelectMany(static set => set.Questions)
            .SelectMany(static question => question.OptionClasses.Select((_, option) => (Class: CellAnswers.OptionClass(question, option), Words: question.Options[option].Split(' ', StringSplitOptions.RemoveEmptyEntries))))
            .Where(static option => option.Words.Length > 0)
            .ToArray();
        return new ClassNames(
            Frequent(options.Select(static option => (option.Class.Verb, option.Words[0]))),
            Frequent(options.Select(static option => (option.Class.Noun, option.Words[^1]))),
            AreOfficial: false);
    }

    /// <summary>Name of a verb class; its number where there is none.</summary>
    public string Verb(int verb) => Verbs.GetValueOrDefault(verb) ?? verb.ToString(CultureInfo.InvariantCulture);

    /// <summary>Name of a noun class; its number where there is none.</summary>
    public string Noun(int noun) => Nouns.GetValueOrDefault(noun) ?? noun.ToString(CultureInfo.InvariantCulture);

    private static Dictionary<int, string> Keys(ClassFile file) => file.Classes.ToDictionary(static entry => entry.Id, static entry => entry.Key);

    // Two classes of one word ('turn on' and 'turn off') keep their numbers.
    private static Dictionary<int, string> Frequent(IEnumerable<(int Class, string Word)> words)
    {
        var names = words.CountBy(static entry => entry)
            .GroupBy(static entry => entry.Key.Class)
            .ToDictionary(static group => group.Key, static group => group.OrderByDescending(static entry => entry.Value).ThenBy(static entry => entry.Key.Word, StringComparer.Ordinal).First().Key.Word);
        var shared = names.Values.GroupBy(static name => name, StringComparer.Ordinal).Where(static same => same.Count() > 1).Select(static same => same.Key).ToHashSet(StringComparer.Ordinal);
        return names.ToDictionary(static entry => entry.Key, entry => shared.Contains(entry.Value) ? FormattableString.Invariant($"{entry.Value} ({entry.Key})") : entry.Value);
    }
}
