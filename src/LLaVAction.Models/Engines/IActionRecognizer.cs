using LLaVAction.Epic;
using LLaVAction.Models.Recognizers;
using LLaVAction.Models.Settings;

namespace LLaVAction.Models.Engines;

/// <summary>
/// A model that scores every action class of a clip in one pass. A clip's scores never depend on what else is in the call.
/// Not safe for calls from several threads at once.
/// </summary>
public interface IActionRecognizer : IDisposable
{
    /// <summary>What the model is; stored with every dump.</summary>
    ModelDescription Description { get; }

    /// <summary>Sizes and settings.</summary>
    RecognizerConfiguration Configuration { get; }

    /// <summary>The class of each logit.</summary>
    IReadOnlyList<ActionClass> Classes { get; }

    /// <summary>How many clips the engine likes to get in one call; 1 or more.</summary>
    int PreferredClips => 1;

    /// <summary>Scores clips.</summary>
    /// <param name="clips">The pixel values of each clip: [frames, 3, image size, image size].</param>
    /// <param name="frames">Frames of every clip.</param>
    /// <param name="cancellationToken">Looked at between layers.</param>
    IReadOnlyList<ClassScores> Score(IReadOnlyList<float[]> clips, int frames, CancellationToken cancellationToken);

    /// <summary>The stages of one clip by name, as golden files have them: <c>embeddings</c>, <c>ln_pre</c>, <c>block_N</c>, …</summary>
    IReadOnlyDictionary<string, StageTensor> Trace(float[] clip, int frames);
}

/// <summary>What a recogniser says of one clip.</summary>
/// <param name="Logits">One per class.</param>
/// <param name="Features">The class token after the last norm [hidden].</param>
public sealed record ClassScores(float[] Logits, float[] Features);
