namespace LLaVAction.Core.Tests;

public sealed class KeyedRandomTests
{
    [Fact]
    public void First_words_follow_the_written_algorithm()
    {
        // Computed by a separate Python program: SHA-256 of "42\nP01_11_0\noptions", then xoshiro256**.
        var random = new KeyedRandom(42, "P01_11_0", "options");

        Assert.Equal(0x7CFCC4CEBBF8F3A9UL, random.NextUInt64());
        Assert.Equal(0x4C831B021C0AE7A8UL, random.NextUInt64());
        Assert.Equal(0x71A489F0F32143E3UL, random.NextUInt64());
    }

    [Fact]
    public void A_fork_follows_the_written_algorithm_and_leaves_its_parent_where_it_is()
    {
        var random = new KeyedRandom(42, "P01_11_0", "options");

        // Computed by a separate Python program: SplitMix64 from the first word xor 7, then xoshiro256**.
        Assert.Equal(0x420CF664B09C969EUL, random.Fork(7).NextUInt64());
        Assert.Equal(0x420CF664B09C969EUL, random.Fork(7).NextUInt64());
        Assert.NotEqual(0x420CF664B09C969EUL, random.Fork(8).NextUInt64());
        Assert.Equal(0x7CFCC4CEBBF8F3A9UL, random.NextUInt64());
    }

    [Fact]
    public void A_long_key_is_hashed_whole()
    {
        var key = new string('k', 1000);

        Assert.NotEqual(new KeyedRandom(1, key, "a").NextUInt64(), new KeyedRandom(1, key, "b").NextUInt64());
    }

    [Theory]
    [InlineData(42, "P01_11_0", "answer")]
    [InlineData(42, "P01_11_1", "options")]
    [InlineData(43, "P01_11_0", "options")]
    public void Another_seed_key_or_purpose_gives_another_stream(long seed, string key, string purpose)
    {
        var first = new KeyedRandom(42, "P01_11_0", "options").NextUInt64();

        Assert.NotEqual(first, new KeyedRandom(seed, key, purpose).NextUInt64());
    }

    [Fact]
    public void Bounded_integers_are_uniform()
    {
        var counts = new int[5];
        for (var i = 0; i < 50_000; i++)
        {
            counts[new KeyedRandom(7, i.ToString(System.Globalization.CultureInfo.InvariantCulture), "uniform").NextInt32(5)]++;
        }

        // Chi-square with 4 degrees of freedom: 33.4 is p = 1e-6.
        var statistic = counts.Sum(count => Math.Pow(count - 10_000, 2) / 10_000);
        Assert.True(statistic < 33.4, $"chi-square {statistic}");
    }

    [Fact]
    public void Shuffle_keeps_every_element()
    {
        var items = Enumerable.Range(0, 100).ToArray();

        new KeyedRandom(1, "a", "b").Shuffle(items.AsSpan());

        Assert.NotEqual(Enumerable.Range(0, 100), items);
        Assert.Equal(Enumerable.Range(0, 100), items.Order());
    }
}
