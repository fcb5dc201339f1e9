using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Cpu.Tests.Kernels;

/// <summary>Projections equal their scalar definition to the bit, in every variant, batch and number of threads.</summary>
public sealed class LinearTests
{
    public static TheoryData<int, int, int> Shapes { get; } = new()
    {
        { 1, 1, 1 },
        { 1, 64, 32 },
        { 2, 7, 13 },
        { 3, 65, 289 },
        { 5, 33, 300 },
        { 11, 130, 577 },
        { 12, 32, 288 },
        { 13, 96, 31 },
        { 29, 71, 640 },
        { 50, 200, 96 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_variant_equals_the_scalar_definition_to_the_bit(int rows, int outputs, int inputs)
    {
        foreach (var type in Enum.GetValues<WeightType>())
        {
            var layer = TestValues.Layer(outputs, inputs, type, hasBias: type != WeightType.Float16, $"w {type}");
            using var x = TestValues.Matrix(rows, inputs, "x", hasOutliers: true);
            foreach (var epilogue in Enum.GetValues<Epilogue>())
            {
                using var expected = TestValues.Matrix(rows, outputs, "y");
                ScalarLinear.Apply(x.View, layer, expected.View, epilogue);
                foreach (var kernel in TestValues.FusedKernels)
                {
                    using var context = new ComputeContext(2, kernel);
                    using var y = TestValues.Matrix(rows, outputs, "y");
                    Linear.Apply(context, x.View, layer, y.View, epilogue);
                    AssertEqual(expected, y, $"{kernel.Name}, {type}, {epilogue}");
                }
            }
        }
    }

    [Theory]
    [InlineData(1, 40, 64)]
    [InlineData(17, 97, 320)]
    public void SwiGlu_equals_its_scalar_definition_to_the_bit(int rows, int outputs, int inputs)
    {
        var gate = TestValues.Layer(outputs, inputs, WeightType.BFloat16, hasBias: false, "gate");
        var up = TestValues.Layer(outputs, inputs, WeightType.Float32, hasBias: true, "up");
        using var x = TestValues.Matrix(rows, inputs, "x");
        using Matrix expected = new(rows, outputs);
        ScalarLinear.SwiGlu(x.View, gate, up, expected.View);
        foreach (var kernel in TestValues.FusedKernels)
        {
            using var context = new ComputeContext(2, kernel);
            using Matrix y = new(rows, outputs);
            Linear.SwiGlu(context, x.View, gate, up, y.View);
            AssertEqual(expected, y, kernel.Name);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_normalisation_on_the_way_in_equals_one_before(bool isCentred)
    {
        var scale = TestValues.Noise(333, "scale");
        var normalization = isCentred
            ? Normalization.LayerNorm(scale, TestValues.Noise(333, "shift"), 1e-6f)
            : Normalization.RmsNorm(scale, 1e-6f);
        var first = TestValues.Layer(50, 333, WeightType.BFloat16, hasBias: true, "first");
        var second = TestValues.Layer(20, 333, WeightType.BFloat16, hasBias: false, "second");
        using var context = new ComputeContext(2, TestValues.FusedKernel);
        using var x = TestValues.Matrix(70, 333, "x", hasOutliers: true);
        using Matrix normalized = new(70, 333);
        using Matrix expectedFirst = new(70, 50);
        using Matrix expectedSecond = new(70, 20);
        using Matrix both = new(70, 80);
        for (var row = 0; row < 70; row++)
        {
            ScalarRows.Normalize(x.Row(row), normalization, normalized.Row(row));
        }

        ScalarLinear.Apply(normalized.View, first, expectedFirst.View, Epilogue.None);
        ScalarLinear.Apply(normalized.View, second, expectedSecond.View, Epilogue.None);
        Linear.Apply(context, x.View, [first, second], [both.View.SliceColumns(0, 50), both.View.SliceColumns(55, 20)], Epilogue.None, normalization);
        for (var row = 0; row < 70; row++)
        {
            Assert.Equal(expectedFirst.Row(row), both.Row(row)[..50]);
            Assert.Equal(new float[5], both.Row(row)[50..55]);
            Assert.Equal(expectedSecond.Row(row), both.Row(row)[55..75]);
        }
    }

    [Fact]
    public void A_row_has_the_same_bits_in_every_batch_and_on_any_number_of_threads()
    {
        var layer = TestValues.Layer(300, 700, WeightType.BFloat16, hasBias: true, "w");
        using var x = TestValues.Matrix(100, 700, "x", hasOutliers: true);
        using Matrix whole = new(100, 300);
        using (var context = new ComputeContext(1))
        {
            Linear.Apply(context, x.View, layer, whole.View);
        }

        foreach (var threads in new[] { 1, 2, 3, 7 })
        {
            using var context = new ComputeContext(threads);
            foreach ((var start, var count) in new[] { (0, 100), (0, 1), (99, 1), (3, 2), (7, 11), (40, 13), (1, 96) })
            {
                using Matrix part = new(count, 300);
                Linear.Apply(context, x.View.SliceRows(start, count), layer, part.View);
                for (var row = 0; row < count; row++)
                {
                    Assert.Equal(whole.Row(start + row), part.Row(row));
                }
            }
        }
    }

    [Fact]
    public void More_rows_than_one_pass_holds_give_the_same_bits()
    {
        var layer = TestValues.Layer(9, 40, WeightType.Float32, hasBias: true, "w");
        using var context = new ComputeContext(2, TestValues.FusedKernel);
        using var x = TestValues.Matrix(4000, 40, "x");
        using Matrix y = new(4000, 9);
        Linear.Apply(context, x.View, layer, y.View);
        using Matrix expected = new(4000, 9);
        ScalarLinear.Apply(x.View, layer, expected.View, Epilogue.None);
        AssertEqual(expected, y, "4000 rows");
    }

    [Fact]
    public void A_steady_state_allocates_no_memory()
    {
        var layer = TestValues.Layer(96, 320, WeightType.BFloat16, hasBias: true, "w");
        using var context = new ComputeContext(2);
        using var x = TestValues.Matrix(50, 320, "x");
        using Matrix y = new(50, 96);
        Linear.Apply(context, x.View, layer, y.View);
        Linear.Apply(context, x.View.SliceRows(0, 1), layer, y.View.SliceRows(0, 1));
        var scratch = context.ScratchBytes;
        var managed = GC.GetAllocatedBytesForCurrentThread();
        for (var call = 0; call < 20; call++)
        {
            Linear.Apply(context, x.View, layer, y.View);
            Linear.Apply(context, x.View.SliceRows(0, 1), layer, y.View.SliceRows(0, 1));
        }

        Assert.Equal(managed, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(scratch, context.ScratchBytes);
    }

    [Fact]
    public void Wrong_shapes_are_refused()
    {
        using var context = new ComputeContext(1);
        var layer = TestValues.Layer(8, 16, WeightType.Float32, hasBias: false, "w");
        using Matrix x = new(2, 16);
        using Matrix tooWide = new(2, 9);
        using Matrix tooShort = new(1, 8);
        Assert.Throws<ArgumentException>(() => Linear.Apply(context, x.View, layer, tooWide.View));
        Assert.Throws<ArgumentException>(() => Linear.Apply(context, x.View, layer, tooShort.View));
        Assert.Throws<ArgumentException>(() => Linear.Apply(context, tooWide.View, layer, tooShort.View));
    }

    private static void AssertEqual(Matrix expected, Matrix actual, string what)
    {
        for (var index = 0; index < expected.Span.Length; index++)
        {
            if (expected.Span[index] != actual.Span[index])
            {
                Assert.Fail($"{what}: value {index} is {actual.Span[index]:R}, its definition {expected.Span[index]:R}.");
            }
        }
    }
}
