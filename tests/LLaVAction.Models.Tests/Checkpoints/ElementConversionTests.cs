using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Models.Tests.Checkpoints;

public sealed class ElementConversionTests
{
    private static readonly ushort[] AllBits = Enumerable.Range(0, 65536).Select(bits => (ushort)bits).ToArray();

    [Fact]
    public void Every_float16_widens_exactly()
    {
        var values = new float[AllBits.Length];
        ElementConversion.Float16ToFloat32(AllBits, values);

        for (var bits = 0; bits < values.Length; bits++)
        {
            var expected = (float)BitConverter.UInt16BitsToHalf((ushort)bits);
            Assert.True(
                float.IsNaN(expected) ? float.IsNaN(values[bits]) : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(values[bits]),
                $"bits {bits:X4}: {values[bits]} is not {expected}");
        }
    }

    [Fact]
    public void Every_bfloat16_is_the_upper_half_of_its_float32()
    {
        var values = new float[AllBits.Length];
        ElementConversion.BFloat16ToFloat32(AllBits, values);

        for (var bits = 0; bits < values.Length; bits++)
        {
            Assert.Equal((uint)bits << 16, BitConverter.SingleToUInt32Bits(values[bits]));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(17)]
    public void Lengths_that_are_no_multiple_of_a_vector_are_complete(int length)
    {
        var source = AllBits[0x3C00..(0x3C00 + length)];
        var values = new float[length];

        ElementConversion.Float16ToFloat32(source, values);
        Assert.Equal(source.Select(bits => (float)BitConverter.UInt16BitsToHalf(bits)), values);

        ElementConversion.BFloat16ToFloat32(source, values);
        Assert.Equal(source.Select(bits => BitConverter.UInt32BitsToSingle((uint)bits << 16)), values);
    }
}
