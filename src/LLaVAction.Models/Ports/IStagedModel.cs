namespace LLaVAction.Models.Ports;

/// <summary>
/// A model that shows each of its stages. Golden tests and <c>parity</c> use it; no evaluation does. All tensors are
/// float32 copies in C order.
/// </summary>
public interface IStagedModel
{
    /// <summary>Pixel values [frames, 3, size, size] of a clip's frames.</summary>
    StageTensor Preprocess(ClipFrames frames);

    /// <summary>Selected hidden states of the vision tower [frames, patches, vision hidden].</summary>
    StageTensor EncodeVision(StageTensor pixelValues);

    /// <summary>Projected features [frames, patches, hidden].</summary>
    StageTensor Project(StageTensor visionFeatures);

    /// <summary>Pooled features [frames, pooled patches, hidden].</summary>
    StageTensor Pool(StageTensor projected);

    /// <summary>The video's token sequence [visual tokens, hidden]: pooled features, newlines, action token.</summary>
    StageTensor ArrangeVisualTokens(StageTensor pooled);

    /// <summary>Input embeddings [length, hidden]; the id −200 stands for the whole video.</summary>
    StageTensor Embed(IReadOnlyList<int> inputIds, StageTensor? visualTokens);

    /// <summary>Hidden states after the final norm [length, hidden].</summary>
    StageTensor HiddenStates(StageTensor inputEmbeddings);

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
