using IoPath = System.IO.Path;

namespace LLaVAction.Epic;

/// <summary>The verb and noun classes of one annotation release.</summary>
/// <param name="Verbs">The verb classes.</param>
/// <param name="Nouns">The noun classes, version 1 (300) or 2 (305); the first 300 keys are the same.</param>
public sealed record ActionTaxonomy(ClassFile Verbs, ClassFile Nouns)
{
    private const string VerbFile = "EPIC_100_verb_classes.csv";
    private const string NounFile = "EPIC_100_noun_classes.csv";
    private const string NounFileVersion2 = "EPIC_100_noun_classes_v2.csv";

    /// <summary>Reads the two class files.</summary>
    /// <exception cref="InputException">A file cannot be read or is no class file.</exception>
    public static ActionTaxonomy Read(string verbClasses, string nounClasses) =>
        new(ClassFile.Read(verbClasses), ClassFile.Read(nounClasses));

    /// <summary>
    /// Reads the class files given, or those beside the annotations: <c>EPIC_100_verb_classes.csv</c> and
    /// <c>EPIC_100_noun_classes_v2.csv</c>, else <c>EPIC_100_noun_classes.csv</c>. Null where neither is given nor beside.
    /// </summary>
    /// <param name="annotations">The CSV of <c>--annotations</c>.</param>
    /// <param name="verbClasses">The file of <c>--verb-classes</c>, if given.</param>
    /// <param name="nounClasses">The file of <c>--noun-classes</c>, if given.</param>
    /// <exception cref="InputException">Only one of the two can be found, or a file is no class file.</exception>
    public static ActionTaxonomy? Find(string annotations, string? verbClasses, string? nounClasses)
    {
        verbClasses ??= Beside(annotations, VerbFile);
        nounClasses ??= Beside(annotations, NounFileVersion2) ?? Beside(annotations, NounFile);
        return (verbClasses, nounClasses) switch
        {
            (null, null) => null,
            (null, _) => throw Missing(annotations, nounClasses, VerbFile, "--verb-classes"),
            (_, null) => throw Missing(annotations, verbClasses, NounFileVersion2, "--noun-classes"),
            _ => Read(verbClasses, nounClasses),
        };
    }

    /// <summary>The key of a verb class, hyphenated: <c>turn-on</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public string VerbKey(int verbClass) => Verbs.Classes[verbClass].Key;

    /// <summary>The key of a noun class, head first: <c>board:chopping</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public string NounKey(int nounClass) => Nouns.Classes[nounClass].Key;

    /// <summary>Whether both parts of the class are in the class files.</summary>
    public bool Contains(ActionClass actionClass) => Verbs.Contains(actionClass.Verb) && Nouns.Contains(actionClass.Noun);

    private static string? Beside(string annotations, string name)
    {
        var path = IoPath.Join(IoPath.GetDirectoryName(annotations), name);
        return File.Exists(path) ? path : null;
    }

    private static InputException Missing(string annotations, string? found, string name, string option) =>
        new($"{found}: found without its partner; expected {name} beside {annotations} as well. Give it by {option}.");
}
