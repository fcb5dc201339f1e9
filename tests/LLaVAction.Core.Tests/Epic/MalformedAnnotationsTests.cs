using System.Text;
using LLaVAction.Epic;
using LLaVAction.Testing;
using LLaVAction.Tests;

namespace LLaVAction.Core.Tests.Epic;

/// <summary>Each malformed file gives one message that names the file, the place, what was found and what was expected.</summary>
public sealed class MalformedAnnotationsTests
{
    public static TheoryData<string, string, string[]> Rows => new()
    {
        { "empty", string.Empty, ["the file is empty", "expected an EPIC-KITCHENS-100 action CSV"] },
        { "only a byte order mark", "\uFEFF", ["the file is empty"] },
        { "header only", AnnotationText.Header + "\n", ["line 1", "no rows"] },
        { "column missing", AnnotationText.Csv(AnnotationText.Row0).Replace("verb_class", "verb_klass", StringComparison.Ordinal), ["line 1", "lacks verb_class", "verb_klass"] },
        { "two columns missing", AnnotationText.Csv(AnnotationText.Row0).Replace("noun", "n", StringComparison.Ordinal), ["line 1", "noun, noun_class, all_nouns, all_noun_classes"] },
        { "column twice", AnnotationText.Csv(AnnotationText.Row0).Replace("start_frame", "stop_frame", StringComparison.Ordinal), ["line 1", "stop_frame", "more than once"] },
        { "truncated row", AnnotationText.Csv(AnnotationText.Row0, AnnotationText.Row1[..40]), ["line 3", "fields", "expected the header's 15"] },
        { "unquoted comma", AnnotationText.Csv(AnnotationText.Row0.Replace("lift jar", "lift, jar", StringComparison.Ordinal)), ["line 2", "16 fields"] },
        { "open quote", AnnotationText.Csv(AnnotationText.Row0.Replace("lift jar", "\"lift jar", StringComparison.Ordinal)), ["line 2", "quote"] },
        { "text after a quote", AnnotationText.Csv(AnnotationText.Row0.Replace("lift jar", "\"lift\" jar", StringComparison.Ordinal)), ["line 2", "quote"] },
        { "id twice", AnnotationText.Csv(AnnotationText.Row0, AnnotationText.Row1, AnnotationText.Row0), ["line 4", "P90_11_0", "line 2 already"] },
        { "id with a path", Row("P90_11_0,", "../P90_11_0,"), ["line 2", "narration_id", "../P90_11_0", "letters, digits"] },
        { "video with a path", Row("P90_11,00", "/etc/passwd,00"), ["line 2", "video_id", "/etc/passwd"] },
        { "participant empty", Row(",P90,", ",,"), ["line 2", "participant_id", "''"] },
        { "narration empty", Row(",lift jar,", ",,"), ["line 2", "narration", "expected a text"] },
        { "timestamp without decimals", Row("00:00:01.89", "00:00:01"), ["line 2", "stop_timestamp", "'00:00:01'", "HH:mm:ss.ff"] },
        { "timestamp of seconds", Row("00:00:01.89", "1.89"), ["line 2", "stop_timestamp", "'1.89'"] },
        { "61 seconds", Row("00:00:01.89", "00:00:61.89"), ["line 2", "00:00:61.89"] },
        { "narration time", Row("00:00:00.560", "0:00:00.560"), ["line 2", "narration_timestamp", "0:00:00.560"] },
        { "start empty", Row("00:00:00.00,", ","), ["line 2", "start_timestamp", "''"] },
        { "stop before start", Row("00:00:00.00", "00:00:02.00"), ["line 2", "stop_timestamp", "00:00:01.89", "after start_timestamp, 00:00:02.00"] },
        { "frame negative", Row(",1,113,", ",-1,113,"), ["line 2", "start_frame", "'-1'", "between 0 and"] },
        { "frame with decimals", Row(",1,113,", ",1,113.5,"), ["line 2", "stop_frame", "'113.5'"] },
        { "frames reversed", Row(",1,113,", ",114,113,"), ["line 2", "stop_frame", "'113'", "between 114"] },
        { "verb class no number", Row("lift,0,", "lift,zero,"), ["line 2", "verb_class", "'zero'"] },
        { "verb class too large", Row("lift,0,", "lift,2147483648,"), ["line 2", "verb_class", "'2147483648'"] },
        { "verb class not in the file", Row("lift,0,", "lift,97,"), ["line 2", "verb_class", "'97'", "verbs.csv (0..1)"] },
        { "noun class not in the file", Row("jar,2,['jar'],[2]", "jar,4,['jar'],[4]"), ["line 2", "noun_class", "'4'", "nouns.csv (0..3)"] },
        { "list without brackets", Row("['jar']", "jar"), ["line 2", "all_nouns", "'jar'", "Python list", "character 1"] },
        { "list not closed", Row("['jar']", "['jar'"), ["line 2", "all_nouns", "character 7"] },
        { "string not closed", Row("['jar']", "['jar]"), ["line 2", "all_nouns", "a quoted string"] },
        { "unknown escape", Row("['jar']", @"['j\ar']"), ["line 2", "all_nouns"] },
        { "words after the list", Row("['jar']", "['jar'] + x"), ["line 2", "all_nouns", "the end of the list"] },
        { "numbers for strings", Row("['jar']", "[2]"), ["line 2", "all_nouns", "a quoted string"] },
        { "strings for numbers", Row(",[2]", ",['2']"), ["line 2", "all_noun_classes", "a non-negative integer"] },
        { "first class differs", Row(",[2]", ",[3]"), ["line 2", "all_noun_classes", "'[3]'", "noun_class, 2"] },
        { "classes empty", Row(",[2]", ",[]"), ["line 2", "all_noun_classes", "'[]'"] },
        { "more nouns than classes", Row("['jar']", "\"['jar', 'cup']\""), ["line 2", "all_nouns", "as many nouns"] },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Message_names_file_place_found_and_expected(string what, string text, string[] parts)
    {
        using var folder = new TemporaryFolder();
        var taxonomy = ActionTaxonomy.Read(folder.Write("verbs.csv", AnnotationText.Classes), folder.Write("nouns.csv", AnnotationText.Nouns));
        var path = folder.Write("val.csv", text);

        var problem = Assert.Throws<InputException>(() => EpicCsvReader.Read(path, taxonomy));

        Assert.NotEmpty(what);
        Assert.StartsWith(path, problem.Message, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, problem.Message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', problem.Message);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x6E, 0x00 }, "line 1", "0xFF at offset 0")]
    [InlineData(new byte[] { (byte)'a', (byte)'\n', 0xE9, (byte)'b' }, "line 2", "0xE9 at offset 2")]
    public void A_file_that_is_not_utf8_names_the_byte(byte[] bytes, string line, string place)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("val.csv", bytes);

        var problem = Assert.Throws<InputException>(() => EpicCsvReader.Read(path));

        Assert.Contains($"{path} {line}: ", problem.Message, StringComparison.Ordinal);
        Assert.Contains(place, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_named()
    {
        Assert.Contains("/nowhere/val.csv: no such file", Problem("/nowhere/val.csv"), StringComparison.Ordinal);
        Assert.Contains("this is a folder", Problem(Path.GetTempPath()), StringComparison.Ordinal);

        static string Problem(string path) => Assert.Throws<InputException>(() => EpicCsvReader.Read(path)).Message;
    }

    [Theory]
    [InlineData("id,key,instances,category\n1,lift,['lift'],a\n", "line 2: id is '1', expected 0")]
    [InlineData("id,key,instances,category\n0,lift,lift,a\n", "line 2: instances is 'lift', expected a Python list")]
    [InlineData("id,key,instances\n0,lift,['lift']\n", "line 1: the header lacks category")]
    [InlineData("id,key,instances,category\n", "has 0 classes")]
    [InlineData("id,key,instances,category\n0,,['lift'],a\n", "line 2: key is ''")]
    public void Class_files_are_checked(string text, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("verbs.csv", text);

        Assert.Contains(expected, Assert.Throws<InputException>(() => ClassFile.Read(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verb\n10\n10\n", "line 3: verb is '10', expected each class once")]
    [InlineData("verb\nten\n", "line 2: verb is 'ten'")]
    [InlineData("noun\n10\n", "the header lacks verb")]
    public void Tail_classes_are_checked(string text, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("verbs.csv", text);
        var nouns = folder.Write("nouns.csv", "noun\n1\n");

        Assert.Contains(expected, Assert.Throws<InputException>(() => TailClasses.Read(path, nouns)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("video_id,duration,fps,resolution\nP90_11,1,50,1920\n", "line 2: resolution is '1920'")]
    [InlineData("video_id,duration,fps,resolution\nP90_11,-1,50,1920x1080\n", "line 2: duration is '-1'")]
    [InlineData("video_id,duration,fps,resolution\nP90_11,1,NaN,1920x1080\n", "line 2: fps is 'NaN'")]
    [InlineData("video_id,duration,fps,resolution\nP90_11,1,50,2x1\nP90_11,1,50,2x1\n", "line 3: video_id is 'P90_11', expected each video once")]
    public void Video_info_is_checked(string text, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("videos.csv", text);

        Assert.Contains(expected, Assert.Throws<InputException>(() => VideoInfo.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_or_damaged_csv_is_read_or_refused_never_worse()
    {
        using var folder = new TemporaryFolder();
        var valid = Encoding.UTF8.GetBytes(AnnotationText.Csv(AnnotationText.Row0, AnnotationText.Row1));
        Damage.ForEach(valid, bytes =>
        {
            var path = folder.Write("val.csv", bytes);
            return () => EpicCsvReader.Read(path);
        });
    }

    private static string Row(string old, string replacement)
    {
        Assert.Contains(old, AnnotationText.Row0, StringComparison.Ordinal);
        return AnnotationText.Csv(AnnotationText.Row0.Replace(old, replacement, StringComparison.Ordinal));
    }
}
