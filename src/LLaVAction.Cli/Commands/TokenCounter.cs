using System.Globalization;
using LLaVAction.Cpu;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;

namespace LLaVAction.Cli.Commands;

/// <summary>What <c>show --tokens</c> says of a prompt: the token arithmetic of one checkpoint.</summary>
internal sealed class TokenCounter : IDisposable
{
    private readonly IVideoLanguageModel _model;
    private readonly IReadOnlyList<int> _frameCounts;

    private TokenCounter(IVideoLanguageModel model, IReadOnlyList<int> frameCounts)
    {
        _model = model;
        _frameCounts = frameCounts;
    }

    /// <summary>Opens the checkpoint on the CPU.</summary>
    /// <exception cref="InputException">The folder is no checkpoint that can be run.</exception>
    public static TokenCounter Open(string folder, IReadOnlyList<int> frameCounts) =>
        new TokenCounter(new CpuEngine().LoadModel(HuggingFaceCache.Locate(folder), new ModelOptions { Device = "cpu" }), frameCounts);

    /// <summary>One line per frame count, and one with the ids of the letters.</summary>
    /// <param name="prompt">The whole text, chat template included.</param>
    /// <param name="options">How many options the question has.</param>
    public IEnumerable<string> Count(string prompt, int options)
    {
        var parts = PromptTokens.Of(prompt, _model.Tokenizer);
        foreach (var frames in _frameCounts)
        {
            var visual = _model.Description.VisualTokenCount?.Invoke(frames) ?? 0;
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"tokens at {frames} frames: {parts.BeforeVideo.Count} before the video + {visual} visual + {parts.AfterVideo.Count} after it = {parts.BeforeVideo.Count + visual + parts.AfterVideo.Count}");
        }

        var letters = Enumerable.Range(0, options).Select(option => ((char)('A' + option)).ToString());
        var ids = letters.Select(letter => string.Create(CultureInfo.InvariantCulture, $"{letter} {PromptTokens.CandidateId(letter, _model.Tokenizer, _model.Tokenizer.VocabularySize)}"));
        yield return $"letter ids: {string.Join(", ", ids)}; {string.Join(", ", _model.Description.Settings.Select(setting => $"{setting.Key} {setting.Value}"))}";
    }

    public void Dispose() => _model.Dispose();
}
