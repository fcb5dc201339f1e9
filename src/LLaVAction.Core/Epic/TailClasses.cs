using LLaVAction.Files;

namespace LLaVAction.Epic;

/// <summary>
/// The rare classes of <c>EPIC_100_tail_verbs.csv</c> and <c>EPIC_100_tail_nouns.csv</c>.
/// </summary>
/// <param name="Verbs">The tail verb classes.</param>
/// <param name="Nouns">The tail noun classes.</param>
public sealed record TailClasses(IReadOnlySet<int> Verbs, IReadOnlySet<int> Nouns)
{
    /// <summary>Reads the two lists.</summary>
    /// <exception cref="InputException">A file cannot be read, or a row is no class or repeats one.</exception>
    public static TailClasses Read(string tailVerbs, string tailNouns) =>
        new(ReadList(tailVerbs, "verb", "EPIC_100_tail_verbs.csv"), ReadList(tailNouns, "noun", "EPIC_100_tail_nouns.csv"));

    /// <summary>A tail action has a tail verb or a tail noun.</summary>
    public bool IsTail(ActionClass actionClass) => Verbs.Contains(actionClass.Verb) || Nouns.Contains(actionClass.Noun);

    private static HashSet<int> ReadList(string path, string column, string expected)
    {
        using var table = CsvTable.Open(path, expected, column);
        var classes = new HashSet<int>();
        while (table.Read())
        {
            if (!classes.Add(table.Integer(0, 0, ActionClass.Maximum)))
            {
                throw table.FieldError(0, "each class once");
            }
        }

        return classes;
    }
}
