using System.IO.Compression;
using System.Text;
using LLaVAction.Epic;
using LLaVAction.Recognizers;
using LLaVAction.Tests;

namespace LLaVAction.Core.Tests.Recognizers;

/// <summary>The JSON formats and our CSV, each as its writers write it.</summary>
public sealed class TextDumpTests
{
    [Fact]
    public void Llavaction_json_keeps_its_order_and_has_no_scores()
    {
        using var fixture = new DumpFixture();

        using var dump = fixture.Read(DumpText.LlavactionJson());

        Assert.Equal(PredictionFormat.LlavactionJson, dump.Format);
        fixture.AssertExpected(dump);
        Assert.All(dump.Rankings.Values, ranking => Assert.Null(ranking[0].Score));
    }

    [Fact]
    public void Llavaction_json_may_have_its_rows_in_any_order_and_further_keys()
    {
        using var fixture = new DumpFixture();
        var rows = Enumerable.Range(0, 4).Reverse().Select(row => DumpText.LlavactionRow(row).Replace("{\"pred", "{\"note\":{\"a\":[1,2]},\"pred", StringComparison.Ordinal));

        using var dump = fixture.Read($" \n{{{string.Join(",\n", rows)}}}\n");

        fixture.AssertExpected(dump);
    }

    [Fact]
    public void Llavaction_json_is_ranked_for_the_rows_asked_for_only()
    {
        using var fixture = new DumpFixture();

        using var dump = fixture.Read(DumpText.LlavactionJson(), fixture.Request with { Ids = ["P90_11_2"] });

        fixture.AssertExpected(dump, [2]);
    }

    [Fact]
    public void A_list_shorter_than_the_pool_has_no_rank_for_what_it_lacks()
    {
        using var fixture = new DumpFixture();

        using var dump = fixture.Read(DumpText.LlavactionJson().Replace("\"0:2\",\"1:2\",\"0:10\",\"0:0\",\"2:10\",\"10:1\"", "\"1:2\",\"0:0\"", StringComparison.Ordinal));

        var ranking = dump.Rankings["P90_11_0"];
        Assert.Equal(2, ranking.Count);
        Assert.Equal(2, ranking.RankOf(new ActionClass(0, 0)));
        Assert.Null(ranking.RankOf(new ActionClass(0, 2)));
    }

    [Fact]
    public void A_submission_with_an_action_map_is_ranked_by_it()
    {
        using var fixture = new DumpFixture();

        using var dump = fixture.Read(DumpText.Submission());

        Assert.Equal(PredictionFormat.Submission, dump.Format);
        fixture.AssertExpected(dump);
    }

    [Fact]
    public void A_submission_without_an_action_map_is_ranked_by_the_product_over_known_pairs()
    {
        using var fixture = new DumpFixture();
        // verbs 0: .5, 1: .3, 2: .1, 10: .1; nouns 0: .1, 1: .2, 2: .3, 10: .4.
        const string scores = "{\"verb\":{\"0\":0.5,\"1\":0.3,\"2\":0.1,\"10\":0.1,\"96\":0},\"noun\":{\"0\":0.1,\"1\":0.2,\"2\":0.3,\"10\":0.4,\"299\":1}}";
        var results = string.Join(',', Enumerable.Range(0, 4).Select(row => $"\"P90_11_{row}\":{scores}"));

        using var dump = fixture.Read($"{{\"version\":\"0.2\",\"challenge\":\"action_recognition\",\"results\":{{{results}}}}}");

        foreach (var clip in fixture.Annotations.Clips)
        {
            var ranking = dump.Rankings[clip.NarrationId];
            Assert.Equal("0:10 0:2 1:2 0:0 2:10 10:1", string.Join(' ', ranking.Select(action => action.Class)));
            Assert.Equal(0.5 * 0.4, ranking[0].Score);
            Assert.Equal(6, ranking.RankOf(new ActionClass(10, 1)));
            Assert.Null(ranking.RankOf(new ActionClass(1, 10)));
        }
    }

    [Theory]
    [InlineData("test.json")]
    [InlineData("folder/other.json")]
    public void A_zipped_submission_is_read(string name)
    {
        using var fixture = new DumpFixture();

        using var dump = fixture.Read(Zip(name, DumpText.Submission()));

        fixture.AssertExpected(dump);
    }

    [Fact]
    public void A_zip_without_a_submission_or_that_unpacks_to_far_more_than_it_is_is_refused()
    {
        using var fixture = new DumpFixture();
        var bomb = Zip("test.json", "{\"results\":" + new string(' ', 20_000_000));

        Assert.Contains("no test.json", fixture.Problem(Zip("archive/data.txt", "x")), StringComparison.Ordinal);
        Assert.Contains("unpacks to more than", fixture.Problem(bomb), StringComparison.Ordinal);
        Assert.Contains("the zip is malformed", fixture.Problem(Zip("test.json", DumpText.Submission())[..100]), StringComparison.Ordinal);
        Assert.Contains("(test.json) line 1: byte 0xFF", fixture.Problem(Zip("test.json", [0xFF])), StringComparison.Ordinal);
    }

    [Fact]
    public void Our_csv_is_ranked_by_rank_in_any_order_of_rows_with_or_without_scores()
    {
        using var fixture = new DumpFixture();
        var lines = DumpText.Csv().TrimEnd().Split('\n');
        var shuffled = string.Join("\r\n", lines.Take(1).Concat(lines.Skip(1).Reverse()));
        var unscored = string.Join('\n', lines.Select(line => line[..line.LastIndexOf(',')]));

        using var dump = fixture.Read(shuffled);
        using var other = PredictionDumpReader.Read(fixture.Write("other", unscored), fixture.Request);

        Assert.Equal(PredictionFormat.Csv, dump.Format);
        fixture.AssertExpected(dump);
        fixture.AssertExpected(other);
        Assert.Equal((double)DumpFixture.Scores[2], dump.Rankings["P90_11_0"][0].Score!.Value, 6);
        Assert.Null(other.Rankings["P90_11_0"][0].Score);
    }

    [Fact]
    public void Damaged_texts_are_read_or_refused_never_worse()
    {
        using var fixture = new DumpFixture();
        foreach (var valid in new[] { DumpText.LlavactionJson(), DumpText.Submission(), DumpText.Csv() })
        {
            Damage.ForEach(Encoding.UTF8.GetBytes(valid), bytes =>
            {
                var path = fixture.Write("damaged", bytes);
                return () => PredictionDumpReader.Read(path, fixture.Request);
            });
        }

        Damage.ForEach(Zip("test.json", DumpText.Submission()), bytes =>
        {
            var path = fixture.Write("damaged", bytes);
            return () => PredictionDumpReader.Read(path, fixture.Request);
        });
    }

    [Fact]
    public void A_class_order_has_its_rows_in_any_order()
    {
        using var fixture = new DumpFixture();
        var path = fixture.Write("classes.csv", "noun_class,action_class,verb_class\n10,1,0\n0,0,0\n");

        Assert.Equal("0:0 0:10", string.Join(' ', ClassOrder.Read(path).Classes));
    }

    private static byte[] Zip(string name, string text) => Zip(name, Encoding.UTF8.GetBytes(text));

    private static byte[] Zip(string name, byte[] bytes)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry(name).Open();
            entry.Write(bytes);
        }

        return stream.ToArray();
    }
}
