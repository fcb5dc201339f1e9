using LLaVAction.Epic;

namespace LLaVAction.DemoData.Scenes;

/// <summary>A verb class of the synthetic kitchen: what it is called, and how narrators put it.</summary>
/// <param name="Key">Key of the verb class.</param>
/// <param name="Category">Category, as the class file has it.</param>
/// <param name="Phrases">Verbs of the narrations, hyphenated where they have two words; the key comes first.</param>
public sealed record DemoVerb(string Key, string Category, IReadOnlyList<string> Phrases);

/// <summary>A noun class of the synthetic kitchen.</summary>
/// <param name="Key">Key, head first (<c>board:chopping</c>).</param>
/// <param name="Category">Category, as the class file has it.</param>
public sealed record DemoNoun(string Key, string Category)
{
    /// <summary>The noun as a narrator says it: <c>chopping board</c>.</summary>
    public string Spoken
    {
        get
        {
            var parts = Key.Split(':');
            return string.Join(' ', [.. parts[1..], parts[0]]);
        }
    }
}

/// <summary>The classes of the synthetic kitchen: eight verbs shown by motion, ten nouns shown by shape and colour.</summary>
public static class DemoVocabulary
{
    /// <summary>Verb classes; the index is the id.</summary>
    public static IReadOnlyList<DemoVerb> Verbs { get; } =
    [
        new("take", "retrieve", ["take", "pick-up", "grab"]),
        new("put", "leave", ["put", "put-down", "place"]),
        new("wash", "clean", ["wash", "rinse"]),
        new("cut", "split", ["cut", "slice"]),
        new("stir", "merge", ["stir", "mix"]),
        new("pour", "transition", ["pour", "empty"]),
        new("open", "access", ["open"]),
        new("turn-on", "access", ["turn-on", "switch-on"]),
    ];

    /// <summary>Noun classes; the index is the id.</summary>
    public static IReadOnlyList<DemoNoun> Nouns { get; } =
    [
        new("plate", "crockery"),
        new("cup", "crockery"),
        new("bowl", "crockery"),
        new("pan", "cookware"),
        new("tomato", "vegetables"),
        new("carrot", "vegetables"),
        new("board:chopping", "utensils"),
        new("bottle", "containers"),
        new("fridge", "appliances"),
        new("tap", "appliances"),
    ];

    /// <summary>The pairs that make sense, most frequent first.</summary>
    public static IReadOnlyList<ActionClass> Actions { get; } =
    [
        .. Pairs("take", "plate", "cup", "bowl", "pan", "tomato", "carrot", "board:chopping", "bottle"),
        .. Pairs("put", "plate", "cup", "bowl", "pan", "tomato", "carrot", "board:chopping", "bottle"),
        .. Pairs("wash", "plate", "cup", "bowl", "pan", "tomato", "carrot", "board:chopping"),
        .. Pairs("cut", "tomato", "carrot"),
        .. Pairs("stir", "cup", "bowl", "pan"),
        .. Pairs("pour", "cup", "bowl", "pan", "bottle"),
        .. Pairs("open", "bottle", "fridge"),
        .. Pairs("turn-on", "tap"),
    ];

    private static IEnumerable<ActionClass> Pairs(string verb, params string[] nouns) =>
        nouns.Select(noun => new ActionClass(
            Verbs.Select(static (entry, id) => (entry.Key, id)).First(entry => entry.Key == verb).id,
            Nouns.Select(static (entry, id) => (entry.Key, id)).First(entry => entry.Key == noun).id));
}
