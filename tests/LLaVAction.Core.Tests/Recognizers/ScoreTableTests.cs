using CsCheck;
using LLaVAction.Epic;
using LLaVAction.Recognizers;

namespace LLaVAction.Core.Tests.Recognizers;

/// <summary>The selection of the best scores against a full sort by the written rule: score, second score, text of the class.</summary>
public sealed class ScoreTableTests
{
    // Few distinct values make ties; -infinity occurs in logits.
    private static readonly Gen<double> Score = Gen.Frequency((9, Gen.Int[0, 12].Select(static value => value / 8.0)), (1, Gen.Const(double.NegativeInfinity)));

    private static readonly Gen<Case> Cases = Gen.Select(Gen.Int[2, 120], Gen.Int[1, 70], Gen.Bool, Gen.Int)
        .SelectMany(static (columns, top, hasTieBreaks, seed) => Gen.Select(
            Score.Array[columns], hasTieBreaks ? Gen.Int[0, 3].Select(static value => (double)value).Array[columns] : Gen.Const<double[]>([]),
            (scores, tieBreaks) => new Case(scores, hasTieBreaks ? tieBreaks : null, Math.Min(top, columns), Shuffled(columns, seed))));

    [Fact]
    public void A_row_ranks_as_a_full_sort_and_says_where_only_names_decide() => Cases.Where(static one => !AreAllEqual(one)).Sample(static one =>
    {
        int[] expected = [.. Enumerable.Range(0, one.Scores.Length)
            .OrderByDescending(column => one.Scores[column])
            .ThenByDescending(column => one.TieBreaks?[column] ?? 0)
            .ThenBy(column => one.Classes[column].ToString(), StringComparer.Ordinal)];
        var truth = one.Classes[^1];
        var ranking = new Table(one).Rank(0, one.Top, truth, new ScoreRow<double>(new ScoreColumns(one.Classes)), static () => "row 0");
        Assert.Equal(expected.Select(column => one.Classes[column]), ranking.Select(static action => action.Class));
        Assert.Equal(expected.Select(column => one.Scores[column]), ranking.Select(static action => action.Score!.Value));
        for (var place = 0; place < expected.Length; place++)
        {
            Assert.Equal(place + 1, ranking.RankOf(one.Classes[expected[place]]));
        }

        for (var rank = 1; rank <= Math.Min(one.Top, 64); rank++)
        {
            var isTied = rank < expected.Length && AreEqual(one, expected[rank - 1], expected[rank]);
            Assert.Equal(isTied, ranking.IsTiedAfter(rank));
        }
    }, iter: 2000);

    [Fact]
    public void A_row_of_equal_scores_is_refused_whatever_would_order_them()
    {
        var one = new Case([0, 0, 0], null, 2, Shuffled(3, 1));
        Assert.Contains("row 0: all 3 scores of probs are 0", Error(one), StringComparison.Ordinal);
        Assert.Contains("all 3 scores", Error(one with { TieBreaks = [1, 1, 1] }), StringComparison.Ordinal);
        Assert.Contains("all 3 scores", Error(one with { TieBreaks = [1, 0, 2] }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(99)]
    public void Nan_is_found_wherever_it_is(int column)
    {
        double[] scores = [.. Enumerable.Range(0, 100).Select(static i => (double)-i)];
        scores[column] = double.NaN;
        var one = new Case(scores, null, 20, Shuffled(100, 3));
        Assert.Contains($"row 0: probs of class '{one.Classes[column]}' is NaN", Error(one), StringComparison.Ordinal);
    }

    private static bool AreEqual(Case one, int left, int right) =>
        one.Scores[left] == one.Scores[right] && one.TieBreaks?[left] == one.TieBreaks?[right];

    private static bool AreAllEqual(Case one) => Array.TrueForAll(one.Scores, score => score == one.Scores[0]);

    private static ActionClass[] Shuffled(int count, int seed)
    {
        ActionClass[] classes = [.. Enumerable.Range(0, count).Select(static i => new ActionClass(i % 7, i))];
        new KeyedRandom(seed, "classes", "shuffle").Shuffle(classes.AsSpan());
        return classes;
    }

    private static int[] Rank(Case one) =>
        [.. new Table(one).Rank(0, one.Top, one.Classes[0], new ScoreRow<double>(new ScoreColumns(one.Classes)), static () => "row 0").Select(action => Array.IndexOf(one.Classes, action.Class))];

    private static string Error(Case one) => Assert.Throws<InputException>(() => Rank(one)).Message;

    private sealed record Case(double[] Scores, double[]? TieBreaks, int Top, ActionClass[] Classes);

    private sealed class Table(Case one) : ScoreTable<double>(new ScoreColumns(one.Classes), "probs")
    {
        protected override void Read(int row, ScoreRow<double> scratch) => one.Scores.CopyTo(scratch.Scores, 0);

        protected override double[]? ReadTieBreaks(int row) => one.TieBreaks;
    }
}
