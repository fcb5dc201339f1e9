using System.Globalization;

namespace LLaVAction.Training;

/// <summary>Which rows of a file a mixture takes.</summary>
public enum SamplingKind
{
    /// <summary>Every row (<c>all</c>).</summary>
    All,

    /// <summary>The first rows (<c>first:N</c>).</summary>
    First,

    /// <summary>The last rows (<c>end:N</c>).</summary>
    End,

    /// <summary>Rows drawn without replacement, in drawn order (<c>random:N</c>).</summary>
    Random,
}

/// <summary>How many rows of a file a mixture takes, and which.</summary>
/// <param name="Kind">Which rows.</param>
/// <param name="Amount">A count, or a whole percentage; 0 for <see cref="SamplingKind.All"/>.</param>
/// <param name="IsPercent">Whether <paramref name="Amount"/> is a percentage.</param>
public readonly record struct RowSampling(SamplingKind Kind, int Amount = 0, bool IsPercent = false)
{
    /// <summary>Reads <c>all</c>, <c>first:N</c>, <c>end:N</c> or <c>random:N</c>, N a count or a whole percentage such as <c>10%</c>; null for anything else.</summary>
    public static RowSampling? Parse(string text)
    {
        if (text == "all")
        {
            return new RowSampling(SamplingKind.All);
        }

        var parts = text.Split(':');
        SamplingKind? kind = parts[0] switch
        {
            "first" => SamplingKind.First,
            "end" => SamplingKind.End,
            "random" => SamplingKind.Random,
            _ => null,
        };
        if (kind is null || parts.Length != 2)
        {
            return null;
        }

        var isPercent = parts[1].EndsWith('%');
        var digits = isPercent ? parts[1][..^1] : parts[1];
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var amount) && !(isPercent && amount > 100)
            ? new RowSampling(kind.Value, amount, isPercent)
            : null;
    }

    /// <summary>How many of a file's rows are taken: a percentage is rounded up, and no more are taken than there are.</summary>
    public int Count(int rows) => Kind == SamplingKind.All
        ? rows
        : (int)Math.Min(rows, IsPercent ? (((long)Amount * rows) + 99) / 100 : Amount);

    /// <summary>The rows taken, in the order of the file, or of the draw.</summary>
    /// <param name="rows">The file's rows.</param>
    /// <param name="random">Source of a <see cref="SamplingKind.Random"/> draw.</param>
    public IReadOnlyList<T> Take<T>(IReadOnlyList<T> rows, KeyedRandom random)
    {
        var count = Count(rows.Count);
        switch (Kind)
        {
            case SamplingKind.All:
                return rows;
            case SamplingKind.End:
                return [.. rows.Skip(rows.Count - count)];
            case SamplingKind.Random:
                var drawn = rows.ToArray();
                random.Shuffle(drawn.AsSpan());
                return drawn[..count];
            default:
                return [.. rows.Take(count)];
        }
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => Kind == SamplingKind.All
        ? "all"
        : string.Create(CultureInfo.InvariantCulture, $"{Kind.ToString().ToLowerInvariant()}:{Amount}{(IsPercent ? "%" : "")}");
}

/// <summary>A file of a mixture.</summary>
/// <param name="JsonPath">A <c>.json</c> or <c>.jsonl</c> file of rows; a relative path is relative to the mixture's folder.</param>
/// <param name="Sampling">Which of its rows.</param>
public sealed record MixtureEntry(string JsonPath, RowSampling Sampling);

/// <summary>
/// What a model is trained on: files of rows and how much of each, concatenated in this order. Stored as the YAML of
/// LLaVA-NeXT's <c>--data_path</c>: <c>datasets:</c> with <c>json_path</c> and <c>sampling_strategy</c>.
/// </summary>
/// <param name="Entries">The files.</param>
public sealed record TrainingMixture(IReadOnlyList<MixtureEntry> Entries);
