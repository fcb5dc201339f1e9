using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using LLaVAction.Recognizers;

namespace LLaVAction.Core.Tests.Recognizers;

public sealed class TopScoresTests
{
    [Fact]
    public void Floats_rank_as_a_full_sort() => Check(static value => (float)value);

    [Fact]
    public void Doubles_rank_as_a_full_sort() => Check(static value => value);

    [Theory]
    [InlineData(5, 0)]
    [InlineData(500, 17)]
    [InlineData(500, 499)]
    [InlineData(4000, 3999)]
    [InlineData(4000, 2000)]
    public void Nan_is_found_wherever_it_is(int length, int place)
    {
        var row = Enumerable.Range(0, length).Select(static i => (float)-i).ToArray();
        row[place] = float.NaN;

        Assert.Equal(place, new TopScores<float>(20, null).Rank(row));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(float.PositiveInfinity)]
    public void Rows_of_one_value_rank_by_the_order_of_ties(float value)
    {
        var row = Enumerable.Repeat(value, 1000).ToArray();
        var backwards = Enumerable.Range(0, 1000).Reverse().ToArray();
        var plain = new TopScores<float>(20, null);
        var reversed = new TopScores<float>(20, backwards);

        Assert.Equal(-1, plain.Rank(row));
        Assert.Equal(-1, reversed.Rank(row));

        Assert.Equal(Enumerable.Range(0, 20), plain.Columns.ToArray());
        Assert.Equal(Enumerable.Range(980, 20).Reverse(), reversed.Columns.ToArray());
        Assert.Equal(31, plain.RankOf(row, 30));
        Assert.Equal(970, reversed.RankOf(row, 30));
    }

    private static void Check<T>(Func<double, T> convert)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Prop.ForAll(
        ArbMap.Default.ArbFor<int>(),
        Gen.Choose(1, 1500).ToArbitrary(),
        Gen.Choose(1, 70).ToArbitrary(),
        (seed, length, count) =>
        {
            // Few distinct values make ties, a shuffled order of ties makes them matter, negatives and infinities occur.
            var random = new KeyedRandom(seed, "row", "top-scores");
            var distinct = 1 + random.NextInt32(random.NextInt32(2) == 0 ? 30 : 100_000);
            var row = new T[length];
            for (var i = 0; i < length; i++)
            {
                var value = random.NextInt32(distinct) / (double)distinct;
                row[i] = convert(random.NextInt32(300) == 0 ? double.NegativeInfinity : (value * value * value) - 0.2);
            }

            var order = Enumerable.Range(0, length).ToArray();
            var isShuffled = random.NextInt32(2) == 0;
            if (isShuffled)
            {
                random.Shuffle(order.AsSpan());
            }

            var top = new TopScores<T>(Math.Min(count, length), isShuffled ? order : null);
            var expected = Enumerable.Range(0, length).OrderByDescending(i => row[i]).ThenBy(i => order[i]).ToArray();

            return top.Rank(row) == -1
                && top.Columns.SequenceEqual(expected.AsSpan(0, Math.Min(count, length)))
                && top.Scores.SequenceEqual(Array.ConvertAll(expected, i => row[i]).AsSpan(0, Math.Min(count, length)))
                && expected.Select((column, place) => top.RankOf(row, column) == place + 1).All(static isEqual => isEqual);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
}
