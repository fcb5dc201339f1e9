namespace LLaVAction.Benchmarks.Audit;

/// <summary>How far two dumps agree, told by the sets that were made of them: their options carry the ranks.</summary>
/// <param name="Clips">Clips for which both sets show all of the first <paramref name="Depth"/> ranks.</param>
/// <param name="Depth">How many ranks are looked at: one less than a question has options, for these are always shown.</param>
/// <param name="TopAgreement">Share of the clips for which both have the same class first.</param>
/// <param name="Overlap">Mean share of the first ranks' classes that both have.</param>
public sealed record DumpOverlap(int Clips, int Depth, double TopAgreement, double Overlap)
{
    /// <summary>The classes of the first ranks, by clip and in order; clips of which one is not shown are left out.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> FirstClasses(IEnumerable<Question> questions)
    {
        var first = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var question in questions.Where(static question => question.HasActions))
        {
            var depth = question.Options.Count - 1;
            string[] classes =
            [
                .. question.OptionClasses.Zip(question.OptionRanks).Where(option => option.Second <= depth).OrderBy(static option => option.Second).Select(static option => option.First),
            ];
            if (classes.Length == depth)
            {
                first[question.Id] = classes;
            }
        }

        return first;
    }

    /// <summary>Compares two dumps; null where they share no clip.</summary>
    public static DumpOverlap? Of(IReadOnlyDictionary<string, IReadOnlyList<string>> left, IReadOnlyDictionary<string, IReadOnlyList<string>> right)
    {
        (IReadOnlyList<string> Left, IReadOnlyList<string> Right)[] shared = [.. left.Where(pair => right.ContainsKey(pair.Key)).Select(pair => (pair.Value, right[pair.Key]))];
        return shared.Length == 0 ? null : new DumpOverlap(
            shared.Length,
            shared[0].Left.Count,
            shared.Average(static clip => clip.Left[0] == clip.Right[0] ? 1.0 : 0.0),
            shared.Average(static clip => (double)clip.Left.Intersect(clip.Right, StringComparer.Ordinal).Count() / clip.Left.Count));
    }
}
