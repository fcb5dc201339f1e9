namespace LLaVAction.Models.Recognizers;

/// <summary>A checkpoint that AVION's authors publish, told by the MD5 that their model zoo gives.</summary>
/// <param name="Name">Name to show.</param>
/// <param name="Md5Start">The MD5's first digits, as the model zoo has them.</param>
/// <param name="Figures">Their top-1 on EPIC-KITCHENS-100 validation, in percent; null for a pre-trained model without classifier.</param>
public sealed record PublishedRecognizer(string Name, string Md5Start, PublishedAccuracy? Figures)
{
    /// <summary>The checkpoints of docs/MODEL_ZOO.md.</summary>
    public static IReadOnlyList<PublishedRecognizer> All { get; } =
    [
        new("AVION ViT-B/16 (no LLM texts)", "b40f3e", new(67.9, 57.6, 47.3)),
        new("AVION ViT-B/16 (LaViLa)", "6c3c5e", new(70.0, 59.4, 49.5)),
        new("AVION ViT-L/14 (LaViLa)", "1871f4", new(73.0, 65.4, 54.4)),
        new("AVION ViT-B/16, pre-trained", "91a90b", null),
        new("AVION ViT-L/14, pre-trained", "f377f6", null),
    ];

    /// <summary>The checkpoint of that MD5 (lower-case hexadecimal), or null.</summary>
    public static PublishedRecognizer? OfMd5(string md5) => All.FirstOrDefault(one => md5.StartsWith(one.Md5Start, StringComparison.Ordinal));
}

/// <summary>Published top-1 accuracies, in percent.</summary>
public sealed record PublishedAccuracy(double Verb, double Noun, double Action);
