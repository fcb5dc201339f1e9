using LLaVAction.Cpu;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Settings;
using LLaVAction.Testing;

namespace LLaVAction.Torch.Tests.Inference;

/// <summary>The published shapes with random weights: both engines agree. Minutes and gigabytes, so only where asked for.</summary>
public sealed class RecognizerShapeTests
{
    [SkippableTheory]
    [InlineData(768, 12, 16)]
    [InlineData(1024, 24, 14)]
    public void Both_engines_agree_on_a_clip_of_16_frames(int width, int layers, int patch)
    {
        Skip.If(Environment.GetEnvironmentVariable("LLAVACTION_LONG_TESTS") != "1", "takes minutes; set LLAVACTION_LONG_TESTS=1");
        using var folder = new TemporaryFolder();
        var checkpoint = TinyRecognizer.WriteFolder(folder["vit"], TinyRecognizer.Vit(width, layers, patch));
        var random = new KeyedRandom(5, "clip", "pixels");
        float[] pixels = [.. Enumerable.Range(0, 16 * 3 * 224 * 224).Select(_ => (float)((4 * random.NextDouble()) - 2))];
        var expected = Logits(TestEngine.Engine);

        var found = Logits(new CpuEngine());

        var range = expected.Max() - expected.Min();
        Assert.All(expected.Zip(found), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-3 * range));

        float[] Logits(IEngine engine)
        {
            using var recognizer = engine.LoadRecognizer(checkpoint, new ModelOptions { Device = "cpu", Precision = "float32" });
            return recognizer.Score([pixels], 16, CancellationToken.None)[0].Logits;
        }
    }
}
