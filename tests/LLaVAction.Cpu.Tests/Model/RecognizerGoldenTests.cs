using LLaVAction.Models.Settings;
using LLaVAction.Testing;
using LLaVAction.Testing.Conformance;

namespace LLaVAction.Cpu.Tests.Model;

/// <summary>AVION's recogniser on the cpu engine.</summary>
public sealed class RecognizerGoldenTests() : RecognizerGoldens(static folder => new CpuEngine().LoadRecognizer(folder, new ModelOptions { Threads = 2 }))
{
    [SkippableTheory]
    [InlineData(1)]
    [InlineData(3)]
    public void Threads_and_company_do_not_change_a_bit(int threads)
    {
        using var folder = new TemporaryFolder();
        var checkpoint = Convert(folder);
        using var alone = new CpuEngine().LoadRecognizer(checkpoint, new ModelOptions { Threads = 1 });
        using var other = new CpuEngine().LoadRecognizer(checkpoint, new ModelOptions { Threads = threads });
        float[][] clips = [Noise(1), Noise(2), Noise(3)];

        var together = other.Score(clips, 4, CancellationToken.None);

        for (var clip = 0; clip < clips.Length; clip++)
        {
            Assert.Equal(alone.Score([clips[clip]], 4, CancellationToken.None)[0].Logits, together[clip].Logits);
        }
    }

    private static float[] Noise(int seed)
    {
        var random = new KeyedRandom(seed, "clip", "pixels");
        return [.. Enumerable.Range(0, 4 * 3 * 32 * 32).Select(_ => (random.NextInt32(2001) / 1000f) - 1)];
    }
}
