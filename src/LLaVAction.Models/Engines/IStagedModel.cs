using LLaVAction.Video.Frames;

namespace LLaVAction.Models.Engines;

/// <summary>
/// A model that shows each of its stages. Golden tests and <c>parity</c> use it; no evaluation does. All tensors are
/// float32 copies in C order. A checkpoint of a vision tower alone has the vision stages only.
/// </summary>
public interface IStagedModel : IDisposable
{
    /// <summary>Pixel values [frames, 3, size, size] of a clip's frames.</summary>
    StageTensor Preprocess(ClipFrames frames);

    /// <summary>
    /// The vision tower step by step, each [frames, patches, vision hidden]: patch plus position embeddings, then the
    /// output of every layer up to the selected one, which is the last and equals <see cref="EncodeVision"/>.
    /// </summary>
    IReadOnlyList<StageTensor> TraceVision(StageTensor pixelValues);

    /// <summary>Selected hidden states of the vision tower [frames, patches, vision hidden].</summary>
    StageTensor EncodeVision(StageTensor pixelValues);

    /// <summary>Projected features [frames, patches, hidden].</summary>
    StageTensor Project(StageTensor visionFeatures);

    /// <summary>Pooled features [frames, pooled patches, hidden].</summary>
    StageTensor Pool(StageTensor projected);

    /// <summary>The video's token sequence [visual tokens, hidden]: pooled features, newlines, action token.</summary>
    StageTensor ArrangeVisualTokens(StageTensor pooled);

    /// <summary>
    /// Input embeddings [length, hidden]. The id −200 stands for the whole video; so does a run of the checkpoint's own
    /// video token id (Hugging Face layout), which must be as long as the visual tokens.
    /// </summary>
    StageTensor Embed(IReadOnlyList<int> inputIds, StageTensor? visualTokens);

    /// <summary>Hidden states after the final norm [length, hidden].</summary>
    StageTensor HiddenStates(StageTensor inputEmbeddings);

    /// <summary>
    /// As <see cref="HiddenStates"/>, with the first <paramref name="prefixLength"/> rows prefilled on their own and the
    /// rest run over their cached keys and values.
    /// </summary>
    StageTensor HiddenStatesOverPrefix(StageTensor inputEmbeddings, int prefixLength);

    /// <summary>Logits [rows, vocabulary rows] of final hidden states [rows, hidden].</summary>
    StageTensor Logits(StageTensor hiddenStates);

    /// <summary>
    /// Logits of the verb, noun and action heads for final hidden states at the action token(s) [tokens, hidden];
    /// null without heads. With three tokens the order is verb, noun, action.
    /// </summary>
    ActionHeadLogits? ReadActionHeads(StageTensor actionHiddenStates);

    /// <summary>Token ids of greedy decoding by argmax alone: no stop token, no repetition penalty.</summary>
    IReadOnlyList<int> GenerateGreedy(StageTensor inputEmbeddings, int newTokens);
}

/// <summary>Logits of LLaVAction's three heads.</summary>
public sealed record ActionHeadLogits(StageTensor Verb, StageTensor Noun, StageTensor Action);

/// <summary>A float32 tensor in C order.</summary>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Values">As many values as the product of the sizes.</param>
public sealed record StageTensor(IReadOnlyList<int> Shape, float[] Values);
