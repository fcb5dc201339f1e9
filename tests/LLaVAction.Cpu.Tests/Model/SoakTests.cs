using System.Diagnostics;
using System.Globalization;
using LLaVAction.Cpu.Kernels;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Testing;
using LLaVAction.Testing.Conformance;

namespace LLaVAction.Cpu.Tests.Model;

/// <summary>Measures the whole process: nothing else may run beside it.</summary>
[CollectionDefinition(nameof(SoakTests), DisableParallelization = true)]
public sealed class SoakCollection;

/// <summary>
/// Memory stays flat over many clips. Short as a rule; <c>LLAVACTION_SOAK=1000</c> is the full length.
/// </summary>
[Collection(nameof(SoakTests))]
[Trait("Category", "Soak")]
public sealed class SoakTests
{
    private const string Variable = "LLAVACTION_SOAK";
    private const int ShortLength = 30;
    private const int WarmUp = 10;

    [SkippableFact]
    public void Memory_is_flat_over_many_clips()
    {
        var checkpoint = GoldenFolder.Checkpoints().Select(GoldenFolder.PathOf).FirstOrDefault(GoldenModel.HasLanguageModel);
        Skip.If(checkpoint is null, "no model goldens");
        using var folder = new ModelWithTokenizer(checkpoint);
        using var model = new CpuEngine().LoadModel(folder.Folder, new ModelOptions());
        for (var clip = 0; clip < WarmUp; clip++)
        {
            Evaluate(model, clip);
        }

        (var native, var managed, var resident) = Measure();
        var length = int.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.None, CultureInfo.InvariantCulture, out var clips) ? clips : ShortLength;
        for (var clip = 0; clip < length; clip++)
        {
            Evaluate(model, clip);
        }

        (var nativeAfter, var managedAfter, var residentAfter) = Measure();
        Assert.Equal(native, nativeAfter);
        Assert.InRange(managedAfter - managed, long.MinValue, 1 << 20);
        Assert.InRange(residentAfter - resident, long.MinValue, 48 << 20);
    }

    /// <summary>A clip as an evaluation has it: several frame counts, strategies and rotations, letters and text.</summary>
    private static void Evaluate(IVideoLanguageModel model, int clip)
    {
        var encoded = model.Encode([SyntheticClip.Of(clip, 4), SyntheticClip.Of(clip + 1, 2)], CancellationToken.None);
        var requests = Enumerable.Range(0, 3)
            .Select(i => new PromptRequest(string.Create(CultureInfo.InvariantCulture, $"user: <image>\nquestion {i}, clip {clip}"), ["A", "B"], i))
            .ToArray();
        PromptGroup[] groups =
        [
            new(encoded[0], [0, 1, 2, 3], requests),
            new(encoded[0], [0, 2], requests),
            new(encoded[1], [0, 1], requests[..1]),
            new(null, [], [new PromptRequest("no video", ["A"], 2)]),
        ];
        Assert.Equal(groups.Length, model.Answer(groups, CancellationToken.None).Count);
        foreach (var item in encoded)
        {
            item.Dispose();
        }
    }

    private static (long Native, long Managed, long Resident) Measure()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        using var process = Process.GetCurrentProcess();
        return (NativeBuffer.LiveBytes, GC.GetTotalMemory(forceFullCollection: true), process.WorkingSet64);
    }
}
