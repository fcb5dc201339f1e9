using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Cpu.Tests.Kernels;

/// <summary>Attention equals its scalar definition to the bit, however queries and keys are cut.</summary>
public sealed class AttentionTests
{
    [Theory]
    [InlineData(1, 1, 8, 0, 1)]
    [InlineData(2, 2, 72, 0, 200)]
    [InlineData(14, 2, 64, 130, 9)]
    [InlineData(14, 2, 64, 300, 1)]
    [InlineData(6, 3, 20, 5, 140)]
    [InlineData(7, 1, 128, 127, 2)]
    [InlineData(4, 4, 33, 250, 60)]
    public void Causal_attention_over_prefix_and_suffix_equals_its_definition(int heads, int keyValueHeads, int headSize, int prefix, int length)
    {
        var shape = new AttentionShape(heads, keyValueHeads, headSize, 1f / MathF.Sqrt(headSize));
        using Inputs inputs = new(shape, prefix + length, length);
        using Matrix expected = new(length, heads * headSize);
        for (var row = 0; row < length; row++)
        {
            inputs.Attend(shape, row, 0, prefix + row + 1, expected.Row(row));
        }

        foreach (var kernel in TestValues.FusedKernels)
        {
            using var context = new ComputeContext(2, kernel);
            using Matrix output = new(length, heads * headSize);
            Attention.Causal(context, shape, inputs.Q.View, inputs.Segment(0, prefix), inputs.Segment(prefix, length), output.View);
            Assert.Equal(expected.Span, output.Span);
        }
    }

    [Theory]
    [InlineData(3, 72, 1, 1)]
    [InlineData(2, 72, 3, 130)]
    [InlineData(4, 16, 2, 49)]
    public void Frames_attend_to_themselves_alone(int heads, int headSize, int sequences, int length)
    {
        var shape = new AttentionShape(heads, heads, headSize, 0.11f);
        using Inputs inputs = new(shape, sequences * length, sequences * length);
        using Matrix expected = new(sequences * length, heads * headSize);
        for (var row = 0; row < expected.Rows; row++)
        {
            inputs.Attend(shape, row, row / length * length, length, expected.Row(row));
        }

        foreach (var kernel in TestValues.FusedKernels)
        {
            using var context = new ComputeContext(2, kernel);
            using Matrix output = new(expected.Rows, expected.Columns);
            Attention.Bidirectional(context, shape, inputs.Q.View, inputs.Segment(0, sequences * length), length, output.View);
            Assert.Equal(expected.Span, output.Span);
        }
    }

    [Fact]
    public void A_query_has_the_same_bits_wherever_the_prefix_ends_and_whatever_is_asked_beside_it()
    {
        var shape = new AttentionShape(4, 2, 64, 0.125f);
        using Inputs inputs = new(shape, 300, 300);
        using var context = new ComputeContext(2);
        using Matrix whole = new(300, 256);
        Attention.Causal(context, shape, inputs.Q.View, default, inputs.Segment(0, 300), whole.View);
        foreach (var prefix in new[] { 1, 31, 128, 131, 256, 299 })
        {
            using var other = new ComputeContext(prefix % 3 + 1);
            using Matrix suffix = new(300 - prefix, 256);
            Attention.Causal(
                other,
                shape,
                inputs.Q.View.SliceRows(prefix, 300 - prefix),
                inputs.Segment(0, prefix),
                inputs.Segment(prefix, 300 - prefix),
                suffix.View);
            for (var row = 0; row < suffix.Rows; row++)
            {
                Assert.Equal(whole.Row(prefix + row), suffix.Row(row));
            }
        }
    }

    private sealed class Inputs : IDisposable
    {
        public Inputs(AttentionShape shape, int keys, int queries)
        {
            Q = TestValues.Matrix(queries, shape.Heads * shape.HeadSize, "q", hasOutliers: false);
            K = TestValues.Matrix(keys, shape.KeyValueHeads * shape.HeadSize, "k");
            V = TestValues.Matrix(keys, shape.KeyValueHeads * shape.HeadSize, "v", hasOutliers: true);

            // One key that every query likes: the highest score then changes in the middle.
            var strong = keys * 2 / 3;
            for (var column = 0; column < K.Columns; column++)
            {
                K.Row(strong)[column] *= 3;
            }
        }

        public Matrix Q { get; }

        public Matrix K { get; }

        public Matrix V { get; }

        public KeyValueSegment Segment(int start, int count) => new(K.View.SliceRows(start, count), V.View.SliceRows(start, count));

        public void Attend(AttentionShape shape, int query, int firstKey, int visible, Span<float> output)
        {
            var group = shape.Heads / shape.KeyValueHeads;
            for (var head = 0; head < shape.Heads; head++)
            {
                var column = head / group * shape.HeadSize;
                ScalarAttention.Attend(
                    Q.Row(query).Slice(head * shape.HeadSize, shape.HeadSize),
                    position => K.Row(firstKey + position).Slice(column, shape.HeadSize).ToArray(),
                    position => V.Row(firstKey + position).Slice(column, shape.HeadSize).ToArray(),
                    visible,
                    shape.Scale,
                    output.Slice(head * shape.HeadSize, shape.HeadSize));
            }
        }

        public void Dispose()
        {
            Q.Dispose();
            K.Dispose();
            V.Dispose();
        }
    }
}
