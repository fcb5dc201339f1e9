using LLaVAction.Recognizers;
using LLaVAction.Testing;

namespace LLaVAction.Core.Tests.Recognizers;

/// <summary>Each malformed or mismatched dump gives one message with the file, the place, what was found and what was expected.</summary>
public sealed class MalformedDumpTests
{
    private const string First = "\"predictions\":[\"0:2\",";

    public static TheoryData<string, string, string[]> Texts => new()
    {
        { "empty", string.Empty, ["the file is empty", "expected a prediction dump"] },
        { "JSON list", "[]", ["line 1", "a JSON list", "expected a prediction dump"] },
        { "JSON object without keys", "{}", ["lacks results"] },
        { "truncated JSON", DumpText.LlavactionJson()[..200], ["line 1", "malformed JSON"] },
        { "JSON with a tail", DumpText.LlavactionJson() + "x", ["line 1", "malformed JSON"] },
        { "row no number", Json("\"2\":", "\"two\":"), ["key 'two' is no row"] },
        { "row twice", Json("\"2\":", "\"1\":"), ["row 1", "twice"] },
        { "row beyond the annotations", Json("\"3\":", "\"4\":"), ["row 4", "val.csv has only the rows 0..3"] },
        { "row missing", $"{{{DumpText.LlavactionRow(0)},{DumpText.LlavactionRow(1)},{DumpText.LlavactionRow(3)}}}", ["row 2 (P90_11_2, val.csv line 4)", "missing"] },
        { "misordered", Json("\"1\":", "\"9\":").Replace("\"2\":", "\"1\":", StringComparison.Ordinal).Replace("\"9\":", "\"2\":", StringComparison.Ordinal), ["row 1 (P90_11_1, val.csv line 3)", "target is '0:0'", "expected the row's class '10:1'"] },
        { "no target", Json("\"target\"", "\"goal\""), ["row 0", "lacks target"] },
        { "no predictions", Json("\"predictions\"", "\"guesses\""), ["row 0", "lacks predictions"] },
        { "target twice", Json("\"target\":", "\"target\":\"0:2\",\"target\":"), ["row 0", "target twice"] },
        { "empty list", Json(First + "\"1:2\",\"0:10\",\"0:0\",\"2:10\",\"10:1\"]", "\"predictions\":[]"), ["row 0", "empty list"] },
        { "class twice", Json(First, "\"predictions\":[\"0:2\",\"0:2\","), ["row 0", "'0:2' twice"] },
        { "class no pair", Json(First, "\"predictions\":[\"2\","), ["row 0", "prediction '2' is no class", "verb:noun"] },
        { "class with a comma", Json(First, "\"predictions\":[\"0,2\","), ["row 0", "'0,2' is no class"] },
        { "class negative", Json(First, "\"predictions\":[\"-1:2\","), ["row 0", "'-1:2' is no class"] },
        { "class a number", Json(First, "\"predictions\":[2,"), ["row 0", "found Number", "expected a prediction such as"] },
        { "class unknown", Json(First, "\"predictions\":[\"96:299\","), ["row 0", "prediction '96:299' is not among the 6 classes of val.csv, train.csv", "--narrations"] },
        { "predictions no list", Json(First, "\"predictions\":{},\"x\":[\"0:2\","), ["row 0", "predictions as a list"] },
        { "row no object", "{\"0\":[]}", ["row 0", "found StartArray"] },
        { "submission of another challenge", Submission("action_recognition", "action_anticipation"), ["challenge is 'action_anticipation'"] },
        { "submission without results", Submission("\"results\"", "\"scores\""), ["lacks results"] },
        { "submission lacks a clip", Submission("P90_11_2", "P90_99_2"), ["lacks 1 of the 4 clips asked for (P90_11_2)"] },
        { "submission clip twice", Submission("P90_11_2", "P90_11_1"), ["clip 'P90_11_1'", "twice"] },
        { "submission class unknown", Submission("\"0,2\"", "\"50,2\""), ["clip 'P90_11_0'", "action '50:2' is not among"] },
        { "submission key no class", Submission("\"0,2\"", "\"0:2\""), ["clip 'P90_11_0'", "action key '0:2' is no class"] },
        { "submission class twice", Submission("\"0,0\"", "\"0,2\""), ["clip 'P90_11_0'", "'0:2' twice"] },
        { "submission score NaN", Submission("\"0,2\":0.3", "\"0,2\":NaN"), ["line 1", "a score of 'P90_11_0' is NaN"] },
        { "submission score too large", Submission("\"0,2\":0.3", "\"0,2\":1e999"), ["clip 'P90_11_0'", "no finite number"] },
        { "submission score a text", Submission("\"0,2\":0.3", "\"0,2\":\"0.3\""), ["clip 'P90_11_0'", "no finite number (String)"] },
        { "submission map empty", Submission("\"action\":{\"0,0\":0.1,\"0,10\":0.2,\"0,2\":0.3,\"10,1\":0.05,\"1,2\":0.25,\"2,10\":0.1}", "\"action\":{}"), ["clip 'P90_11_0'", "action is empty"] },
        { "submission verb missing", Submission("\"action\":", "\"actions\":"), ["clip 'P90_11_0'", "verb lacks class 1"] },
        { "submission verb negative", Submission("\"action\":", "\"actions\":").Replace("\"0\":0.5", "\"0\":-0.5", StringComparison.Ordinal), ["clip 'P90_11_0'", "verb 0 has the score -0.5", "softmax"] },
        { "CSV column missing", Csv("rank", "place"), ["line 1", "lacks rank"] },
        { "CSV rank zero", Csv("P90_11_0,1,", "P90_11_0,0,"), ["line 2", "rank is '0'"] },
        { "CSV rank gap", Csv("P90_11_0,6,", "P90_11_0,7,"), ["line 7 (P90_11_0)", "rank is 7, expected 6"] },
        { "CSV rank twice", Csv("P90_11_0,2,", "P90_11_0,1,"), ["line 3 (P90_11_0)", "rank is 1, expected 2"] },
        { "CSV class twice", Csv("P90_11_0,2,1,2", "P90_11_0,2,0,2"), ["line 3 (P90_11_0)", "'0:2' has a better rank"] },
        { "CSV class unknown", Csv("P90_11_0,2,1,2", "P90_11_0,2,9,2"), ["line 3", "the class '9:2' is not among the 6 classes"] },
        { "CSV score NaN", Csv("1,2,0.25", "1,2,NaN"), ["line 3", "score is 'NaN', expected a finite number"] },
        { "CSV scores rise", Csv("1,2,0.25", "1,2,0.9"), ["line 3 (P90_11_0)", "score is 0.9, expected at most the 0.3"] },
        { "CSV clip missing", DumpText.Csv().Replace("P90_11_3", "P90_99_3", StringComparison.Ordinal), ["lacks 1 of the 4 clips asked for (P90_11_3)"] },
        { "another CSV", "verb\n10\n", ["line 1", "lacks narration_id, rank, verb_class, noun_class"] },
        { "protocol 0", "(dp0\nVprobs\np1\n.", ["this is a Python pickle of protocol 0 or 1", "protocol=4"] },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_text_dump_is_refused_with_one_clear_message(string what, string text, string[] parts)
    {
        using var fixture = new DumpFixture();

        var problem = fixture.Problem(text);

        Assert.NotEmpty(what);
        Assert.Contains("dump", problem, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Avion_dumps_that_disagree_with_the_annotations_are_refused_with_the_first_row()
    {
        using var fixture = new DumpFixture();
        var all = DumpFixture.Scores;

        Check(DumpFixture.Avion(targets: [2, 3, 0, 4]), "row 3 (P90_11_3, val.csv line 5): target is 4 ('1:2'), expected the row's class '2:10'");
        Check(DumpFixture.Avion(targets: [2, 3, 0, 99]), "row 3 (P90_11_3, val.csv line 5): target is 99 ('no class')");
        Check(DumpFixture.Avion(targets: [2, 3, 0]), "'targets' has 3 rows and 'probs' 4");
        Check(DumpFixture.Avion(targets: [2, 3, 0], probabilities: DumpFixture.Bytes(all[..18]), rows: 3), "row 3 (P90_11_3, val.csv line 5): the row is missing");
        Check(DumpFixture.Avion(targets: [2, 3, 0, 5, 1], probabilities: DumpFixture.Bytes([.. all, .. all[..6]]), rows: 5), "row 4: the dump has 5 rows, expected the 4 of val.csv");
        Check(DumpFixture.Avion(probabilities: DumpFixture.Bytes(all[..20]), columns: 5), "'probs' has 5 columns, expected 6, the classes of val.csv, train.csv");
        Check(DumpFixture.Avion(type: "i4"), "'probs' is an array of 4 x 6 int32, expected");
        Check(PickleBuilder.Write(4, pickle => pickle.Dict(("targets", value => value.None()))), "the pickle has targets, expected 'probs' as well");
        Check(PickleBuilder.Write(4, pickle => pickle.Dict(("probs", value => value.List()))), "'probs' is no array");

        void Check(byte[] bytes, string expected) => Assert.Contains(expected, fixture.Problem(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void Tim_dumps_that_cannot_be_joined_are_refused()
    {
        using var fixture = new DumpFixture();
        var order = new ClassOrder("classes.csv", DumpFixture.Classes);
        var nan = DumpFixture.Scores.ToArray();
        nan[^1] = float.NaN;

        Check(DumpFixture.Tim(4, DumpFixture.TimIds), null, "does not say which class each column");
        Check(DumpFixture.Tim(4, DumpFixture.TimIds), order with { Classes = DumpFixture.Classes[..5] }, "'action' has 6 columns, expected 5: the classes of classes.csv");
        Check(DumpFixture.Tim(4, DumpFixture.TimIds), order with { Classes = [.. DumpFixture.Classes[..5], new(50, 50)] }, "classes.csv: the class of score column 5, '50:50' is not among the 6 classes");
        Check(DumpFixture.Tim(4, ["v_P90_11_0", "v_P90_11_1", "v_P90_11_2", "v_P90_11_0"]), order, "row 3: the id 'v_P90_11_0' stands in row 0 already");
        Check(DumpFixture.Tim(4, ["v_P90_11_0", "v_P90_11_1", "v_P90_11_2", "v_P91_11_0"]), order, "lacks 1 of the 4 clips asked for (P90_11_3)");
        Check(DumpFixture.Tim(4, DumpFixture.TimIds, nan), order, "row 3 (v_P90_11_3): action of class '2:10' is NaN");
        Check(DumpFixture.Tim(4, DumpFixture.TimIds, classes: ["0:0", "0:10", "0:2", "10:1", "1:2", "0:0"]), null, "'classes' row 5 is no new class");
        Check(
            PickleBuilder.Write(4, pickle => pickle.Dict(
                ("action", value => value.Array("f4", [4, 6], DumpFixture.Bytes(DumpFixture.Scores))),
                ("v_narration_ids", value => value.ObjectArray("v_P90_11_0")))),
            order,
            "'v_narration_ids' has 1 entries and 'action' 4 rows");

        void Check(byte[] bytes, ClassOrder? classes, string expected) =>
            Assert.Contains(expected, fixture.Problem(bytes, fixture.Request with { Classes = classes }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("action_class,verb_class,noun_class\n0,0,0\n2,0,2\n", "the 2 action classes are not 0..1 without gaps (a row has 2)")]
    [InlineData("action_class,verb_class,noun_class\n0,0,0\n0,0,2\n", "line 3: action_class is '0', expected each action class once")]
    [InlineData("action_class,verb_class,noun_class\n0,0,0\n1,0,0\n", "line 3: the class 0:0 stands in an earlier row")]
    [InlineData("action_class,verb_class,noun_class\n", "the 0 action classes")]
    [InlineData("action,verb_class,noun_class\n0,0,0\n", "line 1: the header lacks action_class")]
    public void Class_orders_are_checked(string text, string expected)
    {
        using var fixture = new DumpFixture();
        var path = fixture.Write("classes.csv", text);

        Assert.Contains(expected, Assert.Throws<InputException>(() => ClassOrder.Read(path)).Message, StringComparison.Ordinal);
    }

    private static string Json(string old, string replacement) => ReplaceFirst(DumpText.LlavactionJson(), old, replacement);

    private static string Submission(string old, string replacement) => ReplaceFirst(DumpText.Submission(), old, replacement);

    private static string Csv(string old, string replacement) => ReplaceFirst(DumpText.Csv(), old, replacement);

    private static string ReplaceFirst(string text, string old, string replacement)
    {
        var place = text.IndexOf(old, StringComparison.Ordinal);
        Assert.True(place >= 0, $"'{old}' is not in the dump.");
        return string.Concat(text.AsSpan(0, place), replacement, text.AsSpan(place + old.Length));
    }
}
