namespace LLaVAction.Epic;

/// <summary>
/// A set of action classes, numbered in the ordinal order of <c>verb:noun</c> (the column order of AVION's scores).
/// </summary>
public sealed class ActionClassIndex
{
    private readonly string[] _texts;
    private readonly int[] _positions;
    private readonly int _nouns;

    /// <summary>Numbers the distinct classes of a sequence.</summary>
    /// <exception cref="ArgumentException">A verb or noun is negative or above <see cref="ActionClass.Maximum"/>.</exception>
    public ActionClassIndex(IEnumerable<ActionClass> classes)
    {
        var distinct = new HashSet<ActionClass>(classes).ToArray();
        if (distinct.Any(static entry => (uint)entry.Verb > ActionClass.Maximum || (uint)entry.Noun > ActionClass.Maximum))
        {
            throw new ArgumentException("A verb or noun class is out of range.", nameof(classes));
        }

        _texts = Array.ConvertAll(distinct, static entry => entry.ToString());
        Array.Sort(_texts, distinct, StringComparer.Ordinal);
        Classes = distinct;
        _nouns = distinct.Length == 0 ? 0 : distinct.Max(static entry => entry.Noun) + 1;
        _positions = new int[_nouns * (distinct.Length == 0 ? 0 : distinct.Max(static entry => entry.Verb) + 1)];
        Array.Fill(_positions, -1);
        for (var i = 0; i < distinct.Length; i++)
        {
            _positions[(distinct[i].Verb * _nouns) + distinct[i].Noun] = i;
        }
    }

    /// <summary>The classes in ordinal order of their text.</summary>
    public IReadOnlyList<ActionClass> Classes { get; }

    /// <summary>How many classes there are.</summary>
    public int Count => _texts.Length;

    /// <summary>The position of a class in <see cref="Classes"/>, or −1.</summary>
    public int IndexOf(ActionClass actionClass)
    {
        var position = ((long)actionClass.Verb * _nouns) + actionClass.Noun;
        return (uint)actionClass.Noun < (uint)_nouns && (ulong)position < (ulong)_positions.Length ? _positions[position] : -1;
    }

    /// <summary>Whether the class is in the set.</summary>
    public bool Contains(ActionClass actionClass) => IndexOf(actionClass) >= 0;

    /// <summary>The text <c>verb:noun</c> of the class at a position.</summary>
    public string TextAt(int index) => _texts[index];
}
