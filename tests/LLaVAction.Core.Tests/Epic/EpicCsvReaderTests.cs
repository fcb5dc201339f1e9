using System.Text;
using LLaVAction.Epic;
using LLaVAction.Testing;

namespace LLaVAction.Core.Tests.Epic;

public sealed class EpicCsvReaderTests
{
    [Fact]
    public void A_row_is_read_with_every_quirk()
    {
        var file = Read(AnnotationText.Csv(AnnotationText.Row0, AnnotationText.Row1));

        Assert.Equal(2, file.Clips.Count);
        Assert.Equal(3, file.Lines[1]);
        var clip = file.Clips[1];
        Assert.Equal("P90_11_1", clip.NarrationId);
        Assert.Equal("P90", clip.ParticipantId);
        Assert.Equal("P90_11", clip.VideoId);
        Assert.Null(clip.NarrationSeconds);
        Assert.Equal(0.56, file.Clips[0].NarrationSeconds);
        Assert.Equal(69.82, clip.StartSeconds);
        Assert.Equal(70.45, clip.StopSeconds);
        Assert.Equal((4189, 4227), (clip.StartFrame, clip.StopFrame));
        Assert.Equal("lift jar, lid and cook's hat.", clip.Narration);
        Assert.Equal("lid:jar", clip.Noun);
        Assert.Equal(new ActionClass(0, 3), clip.Class);
        Assert.Equal("lid:jar|cook's hat", string.Join('|', clip.AllNouns));
        Assert.Equal("3|2", string.Join('|', clip.AllNounClasses));
    }

    [Fact]
    public void Columns_are_found_by_name_in_any_order_and_others_are_ignored()
    {
        var names = AnnotationText.Header.Split(',');
        var fields = AnnotationText.Row0.Split(',');
        var order = Enumerable.Range(0, names.Length).Reverse().ToArray();
        var text = $"extra,{string.Join(',', order.Select(i => names[i]))}\n\"x,y\",{string.Join(',', order.Select(i => fields[i]))}\n";

        Assert.Equal(Read(AnnotationText.Csv(AnnotationText.Row0)).Clips[0], Read(text).Clips[0]);
    }

    [Fact]
    public void Byte_order_mark_crlf_blank_lines_and_a_missing_last_line_break_change_nothing()
    {
        var plain = Read(AnnotationText.Csv(AnnotationText.Row0, AnnotationText.Row1));
        var other = Read("\uFEFF" + string.Join("\r\n", AnnotationText.Header, AnnotationText.Row0, string.Empty, AnnotationText.Row1));

        Assert.Equal(plain.Clips, other.Clips);
        Assert.Equal(4, other.Lines[1]);
        Assert.EndsWith("line 4", other.PlaceOf(1), StringComparison.Ordinal);
    }

    [Fact]
    public void The_test_split_is_named_as_that()
    {
        using var folder = new TemporaryFolder();
        var rows = new[] { AnnotationText.Header, AnnotationText.Row0 }.Select(line => string.Join(',', line.Split(',').Take(8)));
        var path = folder.Write("test.csv", string.Join('\n', rows));

        Assert.Contains("its labels are not published", Assert.Throws<InputException>(() => EpicCsvReader.Read(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('\t', "separated by tabs")]
    [InlineData(';', "separated by semicolons")]
    public void Another_separator_is_named(char separator, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("val.csv", AnnotationText.Csv(AnnotationText.Row0).Replace(',', separator));

        Assert.Contains(expected, Assert.Throws<InputException>(() => EpicCsvReader.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_kinds_of_files_are_named()
    {
        using var folder = new TemporaryFolder();

        Assert.Contains("pickled by pandas; expected", Error([0x80, 4, (byte)'.']), StringComparison.Ordinal);
        Assert.Contains("this is JSON", Error("{\"0\":1}\n"u8.ToArray()), StringComparison.Ordinal);

        string Error(byte[] bytes) => Assert.Throws<InputException>(() => EpicCsvReader.Read(folder.Write("val.csv", bytes))).Message;
    }

    [Theory]
    [InlineData("\"take\nplate\"")]
    [InlineData("take\u2028plate")]
    [InlineData("take\u001b[2Jplate")]
    public void A_narration_is_one_line_without_control_characters(string narration)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("val.csv", AnnotationText.Csv(AnnotationText.Row0.Replace("lift jar", narration, StringComparison.Ordinal)));

        Assert.Contains("expected one line of text", Assert.Throws<InputException>(() => EpicCsvReader.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_default_class_files_are_those_beside_the_annotations_version_two_first()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("val.csv", AnnotationText.Csv(AnnotationText.Row0));
        Assert.Null(ActionTaxonomy.Find(path, null, null));

        folder.Write("EPIC_100_verb_classes.csv", AnnotationText.Classes);
        var problem = Assert.Throws<InputException>(() => ActionTaxonomy.Find(path, null, null));
        Assert.Contains("EPIC_100_noun_classes_v2.csv", problem.Message, StringComparison.Ordinal);

        folder.Write("EPIC_100_noun_classes.csv", AnnotationText.Nouns);
        Assert.Equal(4, ActionTaxonomy.Find(path, null, null)!.Nouns.Classes.Count);

        folder.Write("EPIC_100_noun_classes_v2.csv", AnnotationText.Nouns + "4,foot,['toe'],c\n");
        var taxonomy = ActionTaxonomy.Find(path, null, null)!;
        Assert.Equal(5, taxonomy.Nouns.Classes.Count);
        Assert.Equal("lid:jar", taxonomy.NounKey(3));
        Assert.Equal("drop", taxonomy.VerbKey(1));
        Assert.Equal(4, taxonomy.Nouns.Find("foot"));
        Assert.Equal(4, taxonomy.Nouns.Find("toe"));
        Assert.Equal(0, taxonomy.Verbs.Find("raise-up"));
        Assert.Null(taxonomy.Verbs.Find("fly"));
        Assert.True(taxonomy.Contains(new ActionClass(1, 4)));
        Assert.False(taxonomy.Contains(new ActionClass(2, 0)));
    }

    private static AnnotationFile Read(string text)
    {
        using var folder = new TemporaryFolder();
        return EpicCsvReader.Read(folder.Write("val.csv", Encoding.UTF8.GetBytes(text)));
    }
}
