using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;

namespace LLaVAction.Core.Tests.Benchmarks.Building;

public sealed class StrategySourceTests
{
    [Fact]
    public void Strategies_are_sorted_by_name_and_carry_their_provenance()
    {
        var requests = StrategySource.Parse(["tim=a=b.json", "random", "avion=x.pkl"], ["tim=simulated"]);

        Assert.Equal(
            [("avion", "x.pkl", Provenance.Unstated), ("random", null, Provenance.Unstated), ("tim", "a=b.json", Provenance.Simulated)],
            requests.Select(request => (request.Name, request.DumpPath, request.Provenance)));
    }

    [Theory]
    [InlineData("tim", "expected random, or NAME=DUMP")]
    [InlineData("tim=", "expected random, or NAME=DUMP")]
    [InlineData("=x.json", "cannot name a set")]
    [InlineData("Tim=x.json", "cannot name a set")]
    [InlineData("../tim=x.json", "cannot name a set")]
    [InlineData("manifest=x.json", "cannot name a set")]
    [InlineData("random=x.json", "cannot name a set")]
    [InlineData("tim\n=x.json", "cannot name a set")]
    public void A_malformed_strategy_is_refused(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => StrategySource.Parse([text], [])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("tim", "expected NAME=measured or NAME=simulated")]
    [InlineData("tim=guessed", "expected NAME=measured or NAME=simulated")]
    [InlineData("avion=measured", "no --strategy avion=DUMP is given")]
    [InlineData("random=measured", "no --strategy random=DUMP is given")]
    public void A_malformed_provenance_is_refused(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => StrategySource.Parse(["tim=x.json", "random"], [text])).Message, StringComparison.Ordinal);

    [Fact]
    public void Names_and_provenances_come_once()
    {
        Assert.Contains("given twice", Assert.Throws<InputException>(() => StrategySource.Parse(["tim=a", "tim=b"], [])).Message, StringComparison.Ordinal);
        Assert.Contains("given twice", Assert.Throws<InputException>(() => StrategySource.Parse(["random", "random"], [])).Message, StringComparison.Ordinal);
        Assert.Contains("given twice", Assert.Throws<InputException>(() => StrategySource.Parse(["tim=a"], ["tim=measured", "tim=simulated"])).Message, StringComparison.Ordinal);
    }
}
