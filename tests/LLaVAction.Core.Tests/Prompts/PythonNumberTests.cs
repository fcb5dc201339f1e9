using LLaVAction.Prompts;

namespace LLaVAction.Tests.Prompts;

public sealed class PythonNumberTests
{
    // Expected texts were printed by Python 3.14.
    [Theory]
    [InlineData(1.89, 3, "1.890")]
    [InlineData(0.0625, 3, "0.062")]
    [InlineData(0.1875, 3, "0.188")]
    [InlineData(2.675, 2, "2.67")]
    [InlineData(0.125, 2, "0.12")]
    [InlineData(0.375, 2, "0.38")]
    [InlineData(-0.125, 2, "-0.12")]
    [InlineData(-0.001, 2, "-0.00")]
    [InlineData(2.5, 0, "2")]
    [InlineData(3.5, 0, "4")]
    [InlineData(146.98, 3, "146.980")]
    [InlineData(0, 3, "0.000")]
    public void Fixed_rounds_as_Python_does(double value, int decimals, string expected) =>
        Assert.Equal(expected, PythonNumber.Fixed(value, decimals));

    [Theory]
    [InlineData(2.97, "2.97")]
    [InlineData(3, "3.0")]
    [InlineData(0, "0.0")]
    [InlineData(-0.5, "-0.5")]
    [InlineData(0.1 + 0.2, "0.30000000000000004")]
    public void Text_always_has_a_point(double value, string expected) => Assert.Equal(expected, PythonNumber.Text(value));
}
