using LLaVAction.Epic;
using LLaVAction.Testing;

namespace LLaVAction.Core.Tests.Epic;

public sealed class AnnotationPoolTests
{
    private const string Row2 = "P90_12_0,P90,P90_12,,00:00:00.00,00:00:01.00,1,60,drop cup,drop,1,cup,0,['cup'],[0]";

    [Fact]
    public void The_same_row_in_two_files_is_one_row_whatever_their_order()
    {
        var first = File("a.csv", AnnotationText.Row0, AnnotationText.Row1);
        var second = File("b.csv", Row2, AnnotationText.Row1);

        var pool = AnnotationPool.Unite(first, second);

        Assert.Equal("P90_11_0 P90_11_1 P90_12_0", string.Join(' ', pool.Clips.Select(clip => clip.NarrationId)));
        Assert.Equal("0:2 0:3 1:0", string.Join(' ', pool.Classes.Classes));
        Assert.Equal(pool.Clips, AnnotationPool.Unite(second, first).Clips);
        Assert.Equal("drop cup", pool.Find("P90_12_0")!.Narration);
        Assert.Null(pool.Find("P90_13_0"));
    }

    [Theory]
    [InlineData("lift jar", "lift can", "narration")]
    [InlineData("00:00:01.89", "00:00:01.90", "stop_timestamp")]
    [InlineData("['jar']", "['can']", "all_nouns")]
    [InlineData(",1,113,", ",1,114,", "stop_frame")]
    public void Unequal_rows_under_one_id_name_both_places_and_the_column(string old, string replacement, string column)
    {
        var first = File("a.csv", AnnotationText.Row1, AnnotationText.Row0);
        var second = File("b.csv", AnnotationText.Row0.Replace(old, replacement, StringComparison.Ordinal));

        var problem = Assert.Throws<InputException>(() => AnnotationPool.Unite(first, second));

        Assert.Matches($"b\\.csv line 2: narration_id 'P90_11_0' stands in .*a\\.csv line 3 with another {column}; expected equal rows", problem.Message);
    }

    [Fact]
    public void The_index_numbers_classes_in_the_order_of_their_text()
    {
        var index = new ActionClassIndex([new(1, 0), new(0, 10), new(0, 2), new(0, 2), new(10, 5)]);

        Assert.Equal("0:10 0:2 10:5 1:0", string.Join(' ', index.Classes));
        Assert.Equal(index.Classes, index.Classes.Order(ActionClass.ByText));
        Assert.Equal(3, index.IndexOf(new ActionClass(1, 0)));
        Assert.Equal("10:5", index.TextAt(2));
        Assert.All(new ActionClass[] { new(0, 0), new(0, 11), new(9, 5), new(11, 0), new(-1, 5), new(0, -1), new(int.MaxValue, 3) }, missing => Assert.False(index.Contains(missing)));
        Assert.Throws<ArgumentException>(() => new ActionClassIndex([new(1000, 0)]));
        Assert.Equal(0, new ActionClassIndex([]).Count);
    }

    private static AnnotationFile File(string name, params string[] rows)
    {
        using var folder = new TemporaryFolder();
        return EpicCsvReader.Read(folder.Write(name, AnnotationText.Csv(rows)));
    }
}
