using System.Diagnostics;
using System.Globalization;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Testing;
using LLaVAction.Testing.Conformance;
using LLaVAction.Torch.Inference;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Tests.Inference;

/// <summary>Measures the whole process: nothing else may run beside it.</summary>
[CollectionDefinition(nameof(SoakTests), DisableParallelization = true)]
public sealed class SoakCollection;

/// <summary>
/// No tensor outlives its clip. Short as a rule; <c>LLAVACTION_SOAK=10000</c> is the full length.
/// </summary>
[Collection(nameof(SoakTests))]
[Trait("Category", "Soak")]
public sealed class SoakTests
{
    private const string Variable = "LLAVACTION_SOAK";
    private const int ShortLength = 30;
    private const int WarmUp = 10;
    private static readonly string[] Letters = ["A", "B"];

    [SkippableFact]
    public void No_tensor_is_left_behind_over_many_clips()
    {
        var checkpoint = GoldenFolder.Checkpoints().Select(GoldenFolder.PathOf).FirstOrDefault(GoldenModel.HasLanguageModel);
        Skip.If(checkpoint is null, "no model goldens");
        using var folder = new ModelWithTokenizer(checkpoint);
        using IVideoLanguageModel model = TestEngine.Load(folder.Folder, new ModelOptions(), new BatchShape(4, 3, 32));
        for (var clip = 0; clip < WarmUp; clip++)
        {
            Evaluate(model, clip);
        }

        (var tensors, var managed, var resident) = Measure();
        var length = int.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.None, CultureInfo.InvariantCulture, out var clips) ? clips : ShortLength;
        for (var clip = 0; clip < length; clip++)
        {
            Evaluate(model, clip);
        }

        (var tensorsAfter, var managedAfter, var residentAfter) = Measure();
        Assert.Equal(tensors, tensorsAfter);
        Assert.InRange(managedAfter - managed, long.MinValue, 1 << 20);
        Assert.InRange(residentAfter - resident, long.MinValue, 64 << 20);
    }

    [SkippableFact]
    public void A_disposed_model_leaves_no_tensor()
    {
        var checkpoint = GoldenFolder.Checkpoints().Select(GoldenFolder.PathOf).FirstOrDefault(GoldenModel.HasLanguageModel);
        Skip.If(checkpoint is null, "no model goldens");
        using var folder = new ModelWithTokenizer(checkpoint);
        LoadAndDispose(folder.Folder, _ => { });
        var before = Measure().Tensors;
        LoadAndDispose(folder.Folder, _ => { });
        var unused = Measure().Tensors - before;
        LoadAndDispose(folder.Folder, model =>
        {
            Evaluate(model, 1);
            Evaluate(model.Unbatched, 1);
        });

        // The library counts a tensor that becomes a parameter twice, and its end once: the counts alone are not 0.
        Assert.Equal(unused, Measure().Tensors - before - unused);
    }

    private static void LoadAndDispose(string folder, Action<IVideoLanguageModel> use)
    {
        Parameter[] parameters;
        using (var model = TestEngine.Load(folder, new ModelOptions()))
        {
            parameters = [.. model.Model.Model.parameters()];
            use(model);
        }

        Assert.All(parameters, parameter => Assert.True(parameter.IsInvalid));
    }

    /// <summary>A clip as an evaluation has it: several frame counts, strategies and rotations, letters and text.</summary>
    private static void Evaluate(IVideoLanguageModel model, int clip)
    {
        var encoded = model.Encode([SyntheticClip.Of(clip, 4), SyntheticClip.Of(clip + 1, 2)], CancellationToken.None);
        var requests = Enumerable.Range(0, 3)
            .Select(i => new PromptRequest(string.Create(CultureInfo.InvariantCulture, $"user: <image>\nquestion {i}, clip {clip}"), Letters, i))
            .ToArray();
        PromptGroup[] groups =
        [
            new(encoded[0], [0, 1, 2, 3], requests),
            new(encoded[0], [0, 2], requests),
            new(encoded[1], [0, 1], requests[..1]),
            new(null, [], [new PromptRequest("no video", Letters, 2)]),
        ];
        Assert.Equal(groups.Length, model.Answer(groups, CancellationToken.None).Count);
        foreach (var item in encoded)
        {
            item.Dispose();
        }
    }

    private static (long Tensors, long Managed, long Resident) Measure()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        using var process = Process.GetCurrentProcess();
        return (Tensor.TotalCount, GC.GetTotalMemory(forceFullCollection: true), process.WorkingSet64);
    }
}
