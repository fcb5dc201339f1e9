using System.Globalization;
using LLaVAction.Epic;
using LLaVAction.Files;

namespace LLaVAction.Comparison;

/// <summary>The lists that official splits are made of, where the user has them.</summary>
/// <param name="Tail">Tail classes; null where not given.</param>
/// <param name="Unseen">Unseen participants; null where not given.</param>
/// <param name="BiasScores">
/// Per (strategy, id) the probability that a model which sees only the options gives the truth; null where not given.
/// </param>
public sealed record SplitFiles(
    TailClasses? Tail,
    UnseenParticipants? Unseen,
    IReadOnlyDictionary<(string Strategy, string Id), double>? BiasScores)
{
    /// <summary>Names of verb classes; null where not given.</summary>
    public ClassFile? Verbs { get; init; }

    /// <summary>Names of noun classes; null where not given.</summary>
    public ClassFile? Nouns { get; init; }

    /// <summary>No lists: the splits that need them are left out.</summary>
    public static SplitFiles None { get; } = new(null, null, null);

    /// <summary>
    /// Reads <c>EPIC_100_tail_verbs.csv</c>, <c>EPIC_100_tail_nouns.csv</c>,
    /// <c>EPIC_100_unseen_participant_ids_validation.csv</c> and the class files from an annotations folder, those that are there.
    /// </summary>
    /// <param name="annotationsFolder">The folder; null for none.</param>
    /// <param name="biasScores">File of <c>describe-benchmark --bias-scores</c>; null for none.</param>
    /// <exception cref="InputException">A folder or file is missing or malformed.</exception>
    public static SplitFiles Read(string? annotationsFolder, string? biasScores)
    {
        if (annotationsFolder is not null && !Directory.Exists(annotationsFolder))
        {
            throw new InputException($"{annotationsFolder}: no such folder; expected the folder of the EPIC-KITCHENS-100 CSV files.");
        }

        var tailVerbs = InFolder("EPIC_100_tail_verbs.csv");
        var tailNouns = InFolder("EPIC_100_tail_nouns.csv");
        var unseen = InFolder("EPIC_100_unseen_participant_ids_validation.csv");
        var verbs = InFolder("EPIC_100_verb_classes.csv");
        var nouns = InFolder("EPIC_100_noun_classes_v2.csv") ?? InFolder("EPIC_100_noun_classes.csv");
        return new SplitFiles(
            tailVerbs is not null && tailNouns is not null ? TailClasses.Read(tailVerbs, tailNouns) : null,
            unseen is null ? null : UnseenParticipants.Read(unseen),
            biasScores is null ? null : ReadBiasScores(biasScores))
        {
            Verbs = verbs is null ? null : ClassFile.Read(verbs),
            Nouns = nouns is null ? null : ClassFile.Read(nouns),
        };

        string? InFolder(string name) =>
            annotationsFolder is not null && File.Exists(Path.Combine(annotationsFolder, name)) ? Path.Combine(annotationsFolder, name) : null;
    }

    /// <summary>Reads the columns <c>strategy</c>, <c>id</c> and <c>bias_score</c>.</summary>
    /// <exception cref="InputException">The file is missing, malformed, or names a question twice.</exception>
    internal static IReadOnlyDictionary<(string Strategy, string Id), double> ReadBiasScores(string path)
    {
        using var table = CsvTable.Open(path, "a file of 'describe-benchmark --bias-scores'", "strategy", "id", "bias_score");
        var scores = new Dictionary<(string, string), double>();
        while (table.Read())
        {
            if (!double.TryParse(table.RequiredText(2), NumberStyles.Float, CultureInfo.InvariantCulture, out var score) || score is not (>= 0 and <= 1))
            {
                throw table.FieldError(2, "a probability between 0 and 1");
            }

            if (!scores.TryAdd((table.RequiredText(0), table.RequiredText(1)), score))
            {
                throw table.FieldError(1, "each question once");
            }
        }

        return scores;
    }
}
