using LLaVAction.Files;
using static System.FormattableString;

namespace LLaVAction.Epic;

/// <summary>Reads the action CSVs of EPIC-KITCHENS-100 (train, validation).</summary>
public static class EpicCsvReader
{
    private const string ActionCsv = "an EPIC-KITCHENS-100 action CSV such as EPIC_100_validation.csv";

    private static readonly string[] TimestampColumns =
    [
        "narration_id", "participant_id", "video_id", "narration_timestamp", "start_timestamp", "stop_timestamp",
        "start_frame", "stop_frame",
    ];

    private static readonly string[] LabelColumns =
    [
        "narration", "verb", "verb_class", "noun", "noun_class", "all_nouns", "all_noun_classes",
    ];

    /// <summary>Reads every row of an action CSV, in file order.</summary>
    /// <param name="path">The CSV: columns by header name in any order, further columns ignored, UTF-8, LF or CRLF.</param>
    /// <param name="taxonomy">The class files that verb and noun classes must be in, where there are any.</param>
    /// <exception cref="InputException">The file cannot be read, or a row is not what the format says.</exception>
    public static AnnotationFile Read(string path, ActionTaxonomy? taxonomy = null)
    {
        var (table, mostRows) = Open(path);
        using var opened = table;
        var values = new RepeatedValues();
        var clips = new List<ClipAnnotation>(mostRows);
        var lines = new List<int>(mostRows);
        var ids = new HashSet<string>(mostRows, StringComparer.Ordinal);
        while (table.Read())
        {
            var clip = ReadClip(table, values, taxonomy);
            if (!ids.Add(clip.NarrationId))
            {
                throw table.FieldError(Column.NarrationId, Invariant(
                    $"an id that occurs once in the file (it is on line {lines[clips.FindIndex(other => other.NarrationId == clip.NarrationId)]} already). Remove one of the rows"));
            }

            clips.Add(clip);
            lines.Add(table.Line);
        }

        return clips.Count > 0 ? new AnnotationFile(path, clips, lines) : throw new InputException(
                $"{path} line 1: the file has a header but no rows; expected {ActionCsv}. Check that it was downloaded completely.");
    }

    // The table, and how many rows it has at most: with room for them from the start, nothing grows by copying.
    private static (CsvTable Table, int MostRows) Open(string path)
    {
        if (FileSniffer.Identify(Utf8File.ReadStart(path, ActionCsv)) == FileKind.Pickle)
        {
            throw new InputException($"{path}: this is a Python pickle, most likely the release's table pickled by pandas; expected {ActionCsv}. Give the CSV of the same release.");
        }

        var text = Utf8File.Read(path, ActionCsv);
        using (var table = CsvTable.Open(path, text, TimestampColumns, LabelColumns))
        {
            if (!LabelColumns.Where((_, i) => table.Has(TimestampColumns.Length + i)).Any())
            {
                throw new InputException(
                    $"{path}: this is the test split: its labels are not published, so no questions can be made of it. Give EPIC_100_validation.csv or EPIC_100_train.csv.");
            }
        }

        return (CsvTable.Open(path, text, [.. TimestampColumns, .. LabelColumns], []), text.Span.Count((byte)'\n'));
    }

    private static ClipAnnotation ReadClip(CsvTable table, RepeatedValues values, ActionTaxonomy? taxonomy)
    {
        var start = Seconds(table, Column.StartTimestamp);
        var stop = Seconds(table, Column.StopTimestamp);
        if (stop <= start)
        {
            throw table.FieldError(Column.StopTimestamp, $"a time after start_timestamp, {table.Text(Column.StartTimestamp)}");
        }

        var startFrame = table.Integer(Column.StartFrame);
        var stopFrame = table.Integer(Column.StopFrame, startFrame);
        var verbClass = table.Integer(Column.VerbClass, 0, ActionClass.Maximum);
        var nounClass = table.Integer(Column.NounClass, 0, ActionClass.Maximum);
        Require(table, Column.VerbClass, verbClass, taxonomy?.Verbs);
        Require(table, Column.NounClass, nounClass, taxonomy?.Nouns);
        var nouns = values.Strings(table, Column.AllNouns);
        var nounClasses = values.Integers(table, Column.AllNounClasses);
        if (nounClasses.Count == 0 || nounClasses[0] != nounClass)
        {
            throw table.FieldError(Column.AllNounClasses, Invariant($"a list whose first class is the row's noun_class, {nounClass}"));
        }

        if (nouns.Count != nounClasses.Count)
        {
            throw table.FieldError(Column.AllNouns, Invariant($"as many nouns as all_noun_classes has classes, {nounClasses.Count}"));
        }

        return new ClipAnnotation
        {
            NarrationId = Name(table, Column.NarrationId),
            ParticipantId = values.Shared(Name(table, Column.ParticipantId)),
            VideoId = values.Shared(Name(table, Column.VideoId)),
            NarrationSeconds = table.Span(Column.NarrationTimestamp).IsEmpty ? null : Seconds(table, Column.NarrationTimestamp),
            StartSeconds = start,
            StopSeconds = stop,
            StartFrame = startFrame,
            StopFrame = stopFrame,
            Narration = values.Shared(Narration(table)),
            Verb = values.Shared(table.RequiredText(Column.Verb)),
            Noun = values.Shared(table.RequiredText(Column.Noun)),
            Class = new ActionClass(verbClass, nounClass),
            AllNouns = nouns,
            AllNounClasses = nounClasses,
        };
    }

    // A narration becomes a line of a question file and of a prompt, so that it is one line.
    private static string Narration(CsvTable table)
    {
        var text = table.RequiredText(Column.Narration);
        return ReferenceEquals(VisibleText.Of(text), text) ? text : throw table.FieldError(Column.Narration, "one line of text without control characters");
    }

    private static void Require(CsvTable table, int column, int id, ClassFile? classes)
    {
        if (classes is not null && !classes.Contains(id))
        {
            throw table.FieldError(column, Invariant(
                $"a class of {classes.Path} (0..{classes.Classes.Count - 1}); use the class files of the same annotation release"));
        }
    }

    private static double Seconds(CsvTable table, int column) =>
        EpicTimestamp.TryParse(table.Span(column), out var seconds) ? seconds : throw table.FieldError(column, EpicTimestamp.Expected);

    // Ids become file names, so that they may hold nothing that could leave a folder.
    private static string Name(CsvTable table, int column)
    {
        var span = table.Span(column);
        foreach (var character in span)
        {
            if (!char.IsAsciiLetterOrDigit((char)character) && character is not ((byte)'_' or (byte)'-'))
            {
                throw table.FieldError(column, "letters, digits, '_' and '-', such as P01_11");
            }
        }

        return table.RequiredText(column);
    }

    /// <summary>Positions in <see cref="TimestampColumns"/> and, after them, <see cref="LabelColumns"/>.</summary>
    private static class Column
    {
        public const int NarrationId = 0;
        public const int ParticipantId = 1;
        public const int VideoId = 2;
        public const int NarrationTimestamp = 3;
        public const int StartTimestamp = 4;
        public const int StopTimestamp = 5;
        public const int StartFrame = 6;
        public const int StopFrame = 7;
        public const int Narration = 8;
        public const int Verb = 9;
        public const int VerbClass = 10;
        public const int Noun = 11;
        public const int NounClass = 12;
        public const int AllNouns = 13;
        public const int AllNounClasses = 14;
    }

    /// <summary>Most rows repeat the texts and lists of other rows: each distinct one is parsed and kept once.</summary>
    private sealed class RepeatedValues
    {
        private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
        private readonly Dictionary<string, IReadOnlyList<string>> _strings = new(StringComparer.Ordinal);
        private readonly Dictionary<string, IReadOnlyList<int>> _integers = new(StringComparer.Ordinal);

        public string Shared(string text)
        {
            if (!_texts.TryGetValue(text, out var first))
            {
                _texts.Add(text, first = text);
            }

            return first;
        }

        public IReadOnlyList<string> Strings(CsvTable table, int column)
        {
            var text = table.Text(column);
            if (!_strings.TryGetValue(text, out var items))
            {
                if (!PythonListLiteral.TryParseStrings(text, out items, out var problem))
                {
                    throw table.FieldError(column, $"a Python list of quoted strings, such as ['plate', 'rack'] ({problem})");
                }

                _strings.Add(text, items);
            }

            return items;
        }

        public IReadOnlyList<int> Integers(CsvTable table, int column)
        {
            var text = table.Text(column);
            if (!_integers.TryGetValue(text, out var items))
            {
                if (!PythonListLiteral.TryParseIntegers(text, out items, out var problem))
                {
                    throw table.FieldError(column, $"a Python list of integers, such as [2, 78] ({problem})");
                }

                _integers.Add(text, items);
            }

            return items;
        }
    }
}
