namespace LLaVAction.Tests;

public sealed class ParallelMapTests
{
    [Fact]
    public void Results_come_in_the_order_of_the_items() =>
        Assert.Equal(Enumerable.Range(0, 50).Select(static item => item * item), ParallelMap.Map(Enumerable.Range(0, 50), static item =>
        {
            Thread.Sleep((50 - item) % 3);
            return item * item;
        }));

    [Fact]
    public void Of_several_errors_the_first_in_the_order_of_the_items_is_thrown()
    {
        using var isSecondDone = new ManualResetEventSlim();
        var error = Assert.Throws<InputException>(() => ParallelMap.Map(Enumerable.Range(0, 2), item =>
        {
            if (item == 0)
            {
                isSecondDone.Wait();
            }

            isSecondDone.Set();
            return item < 2 ? throw new InputException($"item {item}") : item;
        }));

        Assert.Equal("item 0", error.Message);
    }
}
