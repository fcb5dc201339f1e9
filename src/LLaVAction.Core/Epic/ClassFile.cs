using System.Globalization;
using LLaVAction.Files;

namespace LLaVAction.Epic;

/// <summary>One row of a class file.</summary>
/// <param name="Id">The class, its position in the file from 0.</param>
/// <param name="Key">The class's name, verbs hyphenated (<c>turn-on</c>), nouns head first (<c>board:chopping</c>).</param>
/// <param name="Instances">The parsed words that belong to the class.</param>
/// <param name="Category">The group of classes it belongs to, for example <c>appliances</c>.</param>
public sealed record EpicClass(int Id, string Key, IReadOnlyList<string> Instances, string Category);

/// <summary>
/// <c>EPIC_100_verb_classes.csv</c>, <c>EPIC_100_noun_classes.csv</c> or <c>EPIC_100_noun_classes_v2.csv</c>: columns
/// <c>id,key,instances,category</c>, ids 0..n−1 in order.
/// </summary>
public sealed class ClassFile
{
    private const int Id = 0;
    private const int Key = 1;
    private const int Instances = 2;
    private const int Category = 3;
    private const string Expected = "an EPIC-KITCHENS-100 class file such as EPIC_100_verb_classes.csv";

    private readonly Lazy<Dictionary<string, int>> _idsByText;

    private ClassFile(string path, IReadOnlyList<EpicClass> classes)
    {
        Path = path;
        Classes = classes;
        _idsByText = new Lazy<Dictionary<string, int>>(IndexTexts);
    }

    /// <summary>The file, as the user gave it.</summary>
    public string Path { get; }

    /// <summary>The classes; the position of a class is its id.</summary>
    public IReadOnlyList<EpicClass> Classes { get; }

    /// <summary>Reads a class file.</summary>
    /// <exception cref="InputException">The file cannot be read, or a row is not what the format says.</exception>
    public static ClassFile Read(string path)
    {
        using var table = CsvTable.Open(path, Expected, "id", "key", "instances", "category");
        var classes = new List<EpicClass>();
        while (table.Read())
        {
            if (table.Integer(Id) != classes.Count)
            {
                throw table.FieldError(Id, string.Create(CultureInfo.InvariantCulture, $"{classes.Count}: the ids of a class file count up from 0"));
            }

            if (!PythonListLiteral.TryParseStrings(table.Text(Instances), out var instances, out var problem))
            {
                throw table.FieldError(Instances, $"a Python list of quoted strings, such as ['tap', 'tap:water'] ({problem})");
            }

            classes.Add(new EpicClass(classes.Count, table.RequiredText(Key), instances, table.Text(Category)));
        }

        return classes.Count is > 0 and <= ActionClass.Maximum + 1
            ? new ClassFile(path, classes)
            : throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{path} line 1: the file has {classes.Count} classes, expected 1 to {ActionClass.Maximum + 1}; expected {Expected}."));
    }

    /// <summary>Whether the file has this class.</summary>
    public bool Contains(int id) => (uint)id < (uint)Classes.Count;

    /// <summary>
    /// The class of a word: the class with that key, else the first class with that instance; null where there is none.
    /// </summary>
    /// <param name="text">A key or instance as the file writes it (<c>turn-on</c>, <c>board:chopping</c>).</param>
    public int? Find(string text) => _idsByText.Value.TryGetValue(text, out var id) ? id : null;

    private Dictionary<string, int> IndexTexts()
    {
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in Classes)
        {
            index.TryAdd(entry.Key, entry.Id);
        }

        foreach (var entry in Classes)
        {
            foreach (var instance in entry.Instances)
            {
                index.TryAdd(instance, entry.Id);
            }
        }

        return index;
    }
}
