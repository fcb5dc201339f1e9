using LLaVAction.Cpu.Kernels;
using LLaVAction.Cpu.Model;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Settings;
using LLaVAction.Testing;

namespace LLaVAction.Cpu.Tests.Model;

/// <summary>Passes of any size, over caches that share a prefix and grow, give the same bits.</summary>
public sealed class DecoderRunTests
{
    [SkippableTheory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public void Hidden_states_have_the_same_bits_in_passes_of_any_size(int rowsPerPass)
    {
        using var model = LoadTiny();
        int[][] texts = [Ids(150, 3), Ids(1, 5), Ids(40, 7), Ids(139, 11)];
        var whole = Run(model, texts, prefixLength: 0, rowsPerPass: 1024);

        Assert.Equal(whole, Run(model, texts, prefixLength: 0, rowsPerPass));
        Assert.Equal(Run(model, texts, prefixLength: 133, 1024), Run(model, texts, prefixLength: 133, rowsPerPass));
    }

    [SkippableFact]
    public void A_prefix_of_any_length_gives_the_bits_of_no_prefix()
    {
        using var model = LoadTiny();
        var prompt = Ids(300, 13);
        var whole = Run(model, [prompt], prefixLength: 0, rowsPerPass: 1024);
        foreach (var length in new[] { 1, 2, 100, 127, 128, 129, 256, 299 })
        {
            Assert.Equal(whole, RunOverPrefix(model, prompt[..length], [prompt[length..]], 64));
        }
    }

    [Fact]
    public void A_cache_keeps_what_it_holds_when_it_grows()
    {
        using var cache = new KeyValueCache(layers: 2, width: 3, capacity: 1);
        using var values = Matrix.FromValues(1, 3, [1, 2, 3]);
        for (var position = 0; position < 5; position++)
        {
            cache.Reserve(1);
            for (var layer = 0; layer < 2; layer++)
            {
                values.Row(0)[0] = (10 * position) + layer;
                cache.Store(layer, values.View, values.View);
            }

            cache.Advance(1);
        }

        Assert.Equal(5, cache.NextPosition);
        Assert.Equal([0f, 10f, 20f, 30f, 40f], Enumerable.Range(0, 5).Select(i => cache.Own(0, 0).Keys.Row(i)[0]));
        Assert.Equal([1f, 11f, 21f, 31f, 41f], Enumerable.Range(0, 5).Select(i => cache.Own(1, 0).Values.Row(i)[0]));
    }

    private static LlavaModel LoadTiny()
    {
        var folder = GoldenFolder.Checkpoints().Select(GoldenFolder.PathOf).FirstOrDefault(Testing.Conformance.GoldenModel.HasLanguageModel);
        Skip.If(folder is null, "no model goldens");
        var checkpoint = Checkpoint.Open(folder);
        return LlavaModelLoader.Load(
            checkpoint, ModelSettings.Of(checkpoint.Configuration, null).With(new ModelOptions(), checkpoint.Configuration, null), threads: 2);
    }

    private static int[] Ids(int count, int step) => Enumerable.Range(1, count).Select(i => i * step % 500).ToArray();

    private static float[] Run(LlavaModel model, int[][] texts, int prefixLength, int rowsPerPass)
        => RunOverPrefix(model, Ids(prefixLength, 17), texts, rowsPerPass);

    private static float[] RunOverPrefix(LlavaModel model, int[] prefix, int[][] texts, int rowsPerPass)
    {
        var decoder = model.LanguageModel!;
        using var pass = decoder.CreatePass(model.Context, rowsPerPass);
        using var shared = decoder.CreateCache(0);
        var input = new InputSequence(decoder.EmbedTokens, prefix, null, ReadOnlyMemory<int>.Empty);
        DecoderRun.Fill(decoder, pass, new PendingSequence(input, shared), CancellationToken.None);
        var sequences = texts
            .Select(text => new PendingSequence(new InputSequence(decoder.EmbedTokens, [], null, text), decoder.CreateCache(1, shared)))
            .ToArray();
        using var states = new Matrix(texts.Length, decoder.HiddenSize);
        DecoderRun.LastStates(decoder, pass, sequences, states.View, CancellationToken.None);
        Array.ForEach(sequences, sequence => sequence.Cache.Dispose());
        return states.Span.ToArray();
    }
}
