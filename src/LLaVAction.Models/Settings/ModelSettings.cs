using System.Globalization;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Tokenization;

namespace LLaVAction.Models.Settings;

/// <summary>
/// The settings a model runs with: the checkpoint's own, where the user did not override them. Both engines resolve them here.
/// </summary>
public sealed record ModelSettings
{
    /// <summary>Pooling of a frame's patches.</summary>
    public required PoolingMode Pooling { get; init; }

    /// <summary>Newlines among the video's tokens.</summary>
    public required NewlineMode Newline { get; init; }

    /// <summary>LLaVAction's action token.</summary>
    public required ActionTokenMode ActionToken { get; init; }

    /// <summary>Penalty on tokens generated before; 1 for none.</summary>
    public required float RepetitionPenalty { get; init; }

    /// <summary>Ids that end generation.</summary>
    public required IReadOnlyList<int> StopTokenIds { get; init; }

    /// <summary>How many vocabulary rows count; those beyond are masked.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>The settings by name, in name order, for <see cref="ModelDescription.Settings"/>.</summary>
    public IReadOnlyDictionary<string, string> ByName => new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["action_token"] = VideoTokenModes.NameOf(ActionToken),
        ["newline"] = VideoTokenModes.NameOf(Newline),
        ["pooling"] = VideoTokenModes.NameOf(Pooling),
        ["repetition_penalty"] = RepetitionPenalty.ToString(CultureInfo.InvariantCulture),
        ["stop_tokens"] = string.Join(',', StopTokenIds.Select(id => id.ToString(CultureInfo.InvariantCulture))),
        ["vocabulary_size"] = VocabularySize.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>The checkpoint's values of the settings that <paramref name="own"/> has otherwise, by name.</summary>
    public static IReadOnlyDictionary<string, string> Overridden(ModelSettings own, ModelSettings inForce)
    {
        var changed = inForce.ByName;
        return new SortedDictionary<string, string>(
            own.ByName.Where(setting => changed[setting.Key] != setting.Value).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    /// <summary>The checkpoint's own settings.</summary>
    /// <param name="configuration">The checkpoint.</param>
    /// <param name="tokenizer">Its tokenizer; null where the model is looked at without one, and every vocabulary row counts.</param>
    public static ModelSettings Of(ModelConfiguration configuration, ITokenizer? tokenizer)
    {
        var rows = configuration.Language?.VocabularyRows ?? 0;
        var stops = configuration.Generation.EndOfSequenceIds;
        if (stops.Count == 0 && tokenizer?.IdOf("<|im_end|>") is int endOfTurn)
        {
            stops = [endOfTurn];
        }

        return new ModelSettings
        {
            Pooling = configuration.Pooling,
            Newline = configuration.Newline,
            ActionToken = configuration.ActionToken,
            RepetitionPenalty = configuration.Generation.RepetitionPenalty,
            StopTokenIds = stops,
            VocabularySize = Math.Min(rows, tokenizer?.VocabularySize ?? rows),
        };
    }

    /// <summary>These settings with the user's choices.</summary>
    /// <exception cref="InputException">A choice is not one that this checkpoint can run with.</exception>
    public ModelSettings With(ModelOptions options, ModelConfiguration configuration, ITokenizer? tokenizer)
    {
        var settings = this with
        {
            Pooling = Parse(options.PoolingMode, VideoTokenModes.ParsePooling, "pooling", VideoTokenModes.PoolingNames) ?? Pooling,
            Newline = Parse(options.NewlineMode, VideoTokenModes.ParseNewline, "newline", VideoTokenModes.NewlineNames) ?? Newline,
            ActionToken = Parse(options.ActionTokenMode, VideoTokenModes.ParseActionToken, "action token", VideoTokenModes.ActionTokenNames) ?? ActionToken,
            RepetitionPenalty = options.RepetitionPenalty ?? RepetitionPenalty,
            StopTokenIds = options.StopTokens is { } texts ? StopIds(texts, tokenizer) : StopTokenIds,
            VocabularySize = options.VocabularySize ?? VocabularySize,
        };
        if (settings.RepetitionPenalty is not (> 0 and < float.PositiveInfinity))
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture, $"Repetition penalty {settings.RepetitionPenalty} is not a positive number. 1 means none."));
        }

        var rows = configuration.Language?.VocabularyRows ?? 0;
        if (settings.VocabularySize < Math.Min(1, rows) || settings.VocabularySize > rows)
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture, $"Vocabulary size {settings.VocabularySize} is not in 1..{rows}, the rows of the checkpoint's embedding."));
        }

        if (settings is { ActionToken: ActionTokenMode.Newline, Newline: NewlineMode.NoToken })
        {
            throw new InputException("Action token 'newline' reads the last newline, and newline mode 'no_token' has none. Choose another of either.");
        }

        return settings;
    }

    private static T? Parse<T>(string? name, Func<string, T?> parse, string what, string expected)
        where T : struct
        => name is null ? null : parse(name) ?? throw new InputException($"Unknown {what} mode '{name}'; expected one of: {expected}.");

    private static int[] StopIds(IReadOnlyList<string> texts, ITokenizer? tokenizer)
        => texts.Select(text => tokenizer?.IdOf(text) ?? throw new InputException(
            $"Stop token '{text}' is not one token of the checkpoint's vocabulary. Give its exact text, for example <|im_end|>.")).ToArray();
}
