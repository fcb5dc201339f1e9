using LLaVAction.Models.Checkpoints;
using LLaVAction.Prompts;

namespace LLaVAction.Torch.Training;

/// <summary>Which tokens of a conversation are supervised.</summary>
public enum LabelMask
{
    /// <summary>As the original: assistant messages whole, and every lone line feed, <c>&lt;|im_start|&gt;</c> and <c>&lt;|im_end|&gt;</c> anywhere.</summary>
    Original,

    /// <summary>The answers alone, each with the <c>&lt;|im_end|&gt;</c> that ends it.</summary>
    Answers,
}

/// <summary>Which hidden states the action heads are trained on.</summary>
public enum SupervisedLayers
{
    /// <summary>The last, after the final norm (<c>last_layer</c>).</summary>
    Last,

    /// <summary>The input embeddings (<c>first_layer</c>).</summary>
    First,

    /// <summary>Those and the output of every layer (<c>all_layers</c>).</summary>
    All,
}

/// <summary>The parts of a model that have learning rates of their own and can be frozen.</summary>
public enum ModelPart
{
    /// <summary>The vision tower.</summary>
    Tower,

    /// <summary>The projector.</summary>
    Projector,

    /// <summary>The language model, its embeddings and head, and the newline.</summary>
    Language,

    /// <summary>Action tokens and heads.</summary>
    Heads,
}

/// <summary>Low-rank adapters on linear layers of the language model; those layers themselves stay as they are.</summary>
/// <param name="Rank">r.</param>
/// <param name="Alpha">α; the adapter's output is scaled by α / r.</param>
/// <param name="Dropout">Share of the adapter's inputs that are dropped in training.</param>
/// <param name="Targets">Names of the layers: <c>q_proj</c>, <c>k_proj</c>, <c>v_proj</c>, <c>o_proj</c>, <c>gate_proj</c>, <c>up_proj</c>, <c>down_proj</c>.</param>
public sealed record LoraSettings(int Rank, double Alpha, double Dropout, IReadOnlyList<string> Targets)
{
    /// <summary>Every linear layer of the decoder, as the original.</summary>
    public static IReadOnlyList<string> AllTargets { get; } = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];
}

/// <summary>Everything that a training run's numbers depend on, beside the model and the rows. Defaults are the paper's.</summary>
public sealed record TrainerSettings
{
    /// <summary>Passes over the rows.</summary>
    public double Epochs { get; init; } = 2;

    /// <summary>Optimizer steps at most; null for what the epochs make.</summary>
    public int? MaximumSteps { get; init; }

    /// <summary>Rows of one forward pass.</summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>Forward passes of one optimizer step.</summary>
    public int Accumulation { get; init; } = 64;

    /// <summary>Learning rate of the language model, and of every part that has none of its own.</summary>
    public double LearningRate { get; init; } = 1e-5;

    /// <summary>Learning rate of the vision tower.</summary>
    public double TowerLearningRate { get; init; } = 2e-6;

    /// <summary>Learning rate of the projector; null for <see cref="LearningRate"/>.</summary>
    public double? ProjectorLearningRate { get; init; }

    /// <summary>Learning rate of action tokens and heads; null for <see cref="LearningRate"/>.</summary>
    public double? HeadsLearningRate { get; init; }

    /// <summary>Decoupled weight decay of all but norms and biases.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Share of the steps in which the rate rises linearly from 0.</summary>
    public double WarmUp { get; init; } = 0.03;

    /// <summary>Largest norm of all gradients together.</summary>
    public double MaximumGradientNorm { get; init; } = 1;

    /// <summary>Parts that are not trained.</summary>
    public IReadOnlyList<ModelPart> Frozen { get; init; } = [];

    /// <summary>Adapters in place of the language model's own layers; null for none.</summary>
    public LoraSettings? Lora { get; init; }

    /// <summary>Which tokens are supervised.</summary>
    public LabelMask Mask { get; init; } = LabelMask.Original;

    /// <summary>Action tokens of the trained model.</summary>
    public ActionTokenMode ActionToken { get; init; } = ActionTokenMode.None;

    /// <summary>Rows of the heads (<c>action_types</c>).</summary>
    public ActionHeadSizes ActionTypes { get; init; } = new(97, 300, 3806);

    /// <summary>Which hidden states the heads are trained on.</summary>
    public SupervisedLayers Layers { get; init; } = SupervisedLayers.Last;

    /// <summary>Weight of the heads' loss in the total.</summary>
    public double VisionWeight { get; init; } = 0.1;

    /// <summary>Weight of the verb's cross entropy in the heads' loss.</summary>
    public double VerbWeight { get; init; } = 0.5;

    /// <summary>Weight of the noun's.</summary>
    public double NounWeight { get; init; } = 0.5;

    /// <summary>Weight of the action's.</summary>
    public double ActionWeight { get; init; } = 0.1;

    /// <summary>Frames of a clip.</summary>
    public int Frames { get; init; } = 16;

    /// <summary>Who acts, in the prompts.</summary>
    public PromptPerspective Perspective { get; init; } = PromptPerspective.Egocentric;

    /// <summary>Whether prompts tell the clip's length and the number of frames.</summary>
    public bool HasTimeInstruction { get; init; } = true;

    /// <summary>Share of the rows carrying prior actions that are shown with them, drawn anew in every epoch.</summary>
    public double PriorActionShare { get; init; } = 1;

    /// <summary>Tokens of a sequence at most, visual tokens included.</summary>
    public int MaximumLength { get; init; } = 32768;

    /// <summary>Whether activations are computed again in the backward pass instead of kept.</summary>
    public bool RecomputesActivations { get; init; } = true;

    /// <summary>Seed of row order, initial values and dropout.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>The learning rate of a part.</summary>
    public double RateOf(ModelPart part) => part switch
    {
        ModelPart.Tower => TowerLearningRate,
        ModelPart.Projector => ProjectorLearningRate ?? LearningRate,
        ModelPart.Heads => HeadsLearningRate ?? LearningRate,
        _ => LearningRate,
    };
}
