using LLaVAction.Benchmarks.Audit;

namespace LLaVAction.Core.Tests.Benchmarks.Audit;

public sealed class NearEqualTextTests
{
    [Theory]
    [InlineData("take plate", "take plates", true)]
    [InlineData("pick up plate", "pick plate", true)]
    [InlineData("take plate.", "Take the plate", true)]
    [InlineData("put plate down", "put down plate", true)]
    [InlineData("wash cup", "wash cups", true)]
    [InlineData("take pan", "take pen", true)]
    [InlineData("take plate", "put plate", false)]
    [InlineData("take plate", "take plate and cup", false)]
    [InlineData("cut tomato", "wash tomato", false)]
    [InlineData("", "", true)]
    public void Texts_that_a_reader_may_take_for_one_are_near(string left, string right, bool areNear)
    {
        Assert.Equal(areNear, NearEqualText.AreNear(left, right));
        Assert.Equal(areNear, NearEqualText.AreNear(right, left));
    }
}
