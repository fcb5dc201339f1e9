using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Settings;
using LLaVAction.Testing;
using LLaVAction.Torch.Modules;
using LLaVAction.Torch.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Tests.Modules;

/// <summary>
/// Gradients of the whole model, pixels to loss, against finite differences in float64, where rounding leaves seven digits
/// of them. Every parameter is reached.
/// </summary>
public sealed class GradientTests
{
    private const double Step = 1e-5;
    private const int Frames = 2;

    /// <summary>Checkpoint, newline mode, action token mode.</summary>
    public static TheoryData<string, string, string> Models { get; } = new()
    {
        { "models/tiny-a/hf", "grid", "none" },
        { "models/tiny-action/orig", "one_token", "three_tokens" },
        { "models/tiny-action/orig", "frame", "one_token" },
    };

    [SkippableTheory]
    [MemberData(nameof(Models))]
    public void Every_parameter_has_the_gradient_of_finite_differences(string folder, string newline, string actionToken)
    {
        TestEngine.Require();
        Skip.IfNot(Directory.Exists(GoldenFolder.PathOf(folder)), "no model goldens");
        using var model = Load(folder, newline, actionToken);
        using var scope = NewDisposeScope();
        var inputs = new Inputs(model);
        inputs.Loss().backward();
        var random = new KeyedRandom(7, folder, "directions");
        foreach (var (name, parameter) in model.named_parameters())
        {
            using var inner = NewDisposeScope();
            Assert.True(parameter.grad is not null, $"{name} has no gradient");

            // The derivative along one random direction of all its elements at once.
            var direction = tensor([.. Enumerable.Range(0, (int)parameter.numel()).Select(_ => random.NextDouble() - 0.5)], parameter.shape);
            var expected = (inputs.LossAt(parameter, direction, Step) - inputs.LossAt(parameter, direction, -Step)) / (2 * Step);
            var actual = (parameter.grad! * direction).sum().item<double>();
            Assert.True(Math.Abs(actual - expected) <= 1e-6 + (1e-5 * Math.Abs(expected)), $"{name}: gradient {actual}, finite differences {expected}");
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Models))]
    public void Recomputed_activations_give_the_same_gradients(string folder, string newline, string actionToken)
    {
        TestEngine.Require();
        Skip.IfNot(Directory.Exists(GoldenFolder.PathOf(folder)), "no model goldens");
        using var model = Load(folder, newline, actionToken);
        using var scope = NewDisposeScope();
        var inputs = new Inputs(model);
        inputs.Loss().backward();
        var kept = model.named_parameters().ToDictionary(item => item.name, item => item.parameter.grad!.clone(), StringComparer.Ordinal);
        model.zero_grad();

        model.VisionTower.Encoder.RecomputesActivations = true;
        model.Decoder!.RecomputesActivations = true;
        inputs.Loss().backward();

        Assert.All(model.named_parameters(), item => Assert.True(kept[item.name].allclose(item.parameter.grad!, rtol: 1e-11, atol: 1e-13), item.name));
    }

    private static Llava Load(string folder, string newline, string actionToken)
    {
        using var checkpoint = Checkpoint.Open(GoldenFolder.PathOf(folder));
        var settings = ModelSettings.Of(checkpoint.Configuration, null)
            .With(new ModelOptions { NewlineMode = newline, ActionTokenMode = actionToken }, checkpoint.Configuration, null);
        return TorchEngine.Load(checkpoint, new ComputeDevice(CPU, ScalarType.Float64), settings, new ModelOptions());
    }

    /// <summary>Random frames among a few tokens; the loss is a smooth function of all logits, and of the heads'.</summary>
    private sealed class Inputs(Llava model)
    {
        private readonly Tensor _pixels = randn(
            [Frames, 3, model.Configuration.Vision.ImageSize, model.Configuration.Vision.ImageSize], ScalarType.Float64, generator: new Generator(3));

        public Tensor Loss()
        {
            var video = model.ArrangeVisualTokens(model.EncodeFrames(_pixels), [1, 0]);
            var states = model.call(cat([model.Embed([5, 6]), video, model.Embed([7, 8, 9])]).unsqueeze(0));
            var loss = nn.functional.log_softmax(model.Logits(states), -1)[0, TensorIndex.Colon, 11].sum();
            if (model.ActionHeads is { } heads)
            {
                var tokens = Math.Max(1, model.Layout.ActionReadoutCount);
                var (verb, noun, action) = heads.Logits(states[0].narrow(0, 2 + video.shape[0] - tokens, tokens));
                loss += verb.square().sum() + noun.square().sum() + action.square().sum();
            }

            return loss;
        }

        public double LossAt(Parameter parameter, Tensor direction, double step)
        {
            using var noGradients = no_grad();
            using var scope = NewDisposeScope();
            parameter.add_(direction * step);
            var loss = Loss().item<double>();
            parameter.sub_(direction * step);
            return loss;
        }
    }
}
