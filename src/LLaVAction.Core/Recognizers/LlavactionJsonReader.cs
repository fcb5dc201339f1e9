using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using LLaVAction.Epic;

namespace LLaVAction.Recognizers;

/// <summary>
/// The JSON that LLaVAction reads: <c>{"0": {"predictions": ["0:2", "1:2", …], "target": "0:2"}, …}</c>, keyed by the
/// zero-based row of the annotation CSV. Nothing but the targets tells whether the rows match, so every target is
/// verified against its row of the whole CSV, whatever rows are asked for.
/// </summary>
internal static class LlavactionJsonReader
{
    public static PredictionDump Read(string path, ReadOnlyMemory<byte> text, PredictionRequest request)
    {
        var classes = request.Pool.Classes;
        var rows = new RowLists(classes, request.Annotations.Clips.Count);
        if (!new LlavactionJsonScanner(text.Span, classes, rows).TryScan())
        {
            rows = new RowLists(classes, request.Annotations.Clips.Count);
            Parse(path, text.Span, request, rows);
        }

        VerifyTargets(path, request, rows);
        return new PredictionDump(path, PredictionFormat.LlavactionJson, Rank(request, rows));
    }

    private static void Parse(string path, ReadOnlySpan<byte> text, PredictionRequest request, RowLists rows)
    {
        try
        {
            new Parser(path, text, request, rows).Parse();
        }
        catch (JsonException failure)
        {
            throw new InputException(
                string.Create(CultureInfo.InvariantCulture, $"{path} line {failure.LineNumber + 1}: malformed JSON ({failure.Message}) Check that the file is complete."),
                failure);
        }
    }

    private static void VerifyTargets(string path, PredictionRequest request, RowLists rows)
    {
        var known = request.Pool.Classes;
        for (var row = 0; row < rows.Targets.Length; row++)
        {
            var clip = request.Annotations.Clips[row];
            var target = rows.Targets[row];
            if (target != RowLists.NotSeen && known.Classes[target] == clip.Class)
            {
                continue;
            }

            var place = string.Create(CultureInfo.InvariantCulture, $"{path} row {row} ({clip.NarrationId}, {request.Annotations.PlaceOf(row)})");
            throw new InputException(target == RowLists.NotSeen
                ? $"{place}: the row is missing, expected one entry per row. Give the file that the dump was made for as --annotations."
                : $"{place}: target is '{known.TextAt(target)}', expected the row's class '{clip.Class}'. "
                    + "The dump was made for other or re-ordered annotations: give its own file as --annotations.");
        }
    }

    private static Dictionary<string, ActionRanking> Rank(PredictionRequest request, RowLists rows)
    {
        var asked = request.RowsAsked();
        var rankings = new Dictionary<string, ActionRanking>(asked.Length, StringComparer.Ordinal);
        for (var row = 0; row < asked.Length; row++)
        {
            if (asked[row])
            {
                rankings.Add(request.Annotations.Clips[row].NarrationId, rows.RankingOf(row));
            }
        }

        return rankings;
    }

    private ref struct Parser
    {
        private readonly string _path;
        private readonly PredictionRequest _request;
        private readonly RowLists _rows;
        private Utf8JsonReader _json;
        private int _row;

        public Parser(string path, ReadOnlySpan<byte> text, PredictionRequest request, RowLists rows)
        {
            _path = path;
            _request = request;
            _rows = rows;
            _json = new Utf8JsonReader(text);
        }

        public void Parse()
        {
            _json.Read();
            Require(JsonTokenType.StartObject, "an object keyed by row");
            while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
            {
                if (!Utf8Parser.TryParse(_json.ValueSpan, out _row, out var consumed) || consumed != _json.ValueSpan.Length || _row < 0)
                {
                    throw new InputException($"{_path}: key '{_json.GetString()}' is no row, expected the zero-based row of {_request.Annotations.Path}.");
                }

                if (_row >= _rows.Targets.Length)
                {
                    throw Error(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{_request.Annotations.Path} has only the rows 0..{_rows.Targets.Length - 1}. Give the file that the dump was made for as --annotations; choose rows by --ids or --limit."));
                }

                if (_rows.Targets[_row] != RowLists.NotSeen)
                {
                    throw Error("the row occurs twice, expected once.");
                }

                ParseRow();
            }

            // Anything after the object makes the reader throw.
            _json.Read();
        }

        private void ParseRow()
        {
            var hasPredictions = false;
            var target = RowLists.NotSeen;
            _json.Read();
            Require(JsonTokenType.StartObject, "an object with predictions and target");
            while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
            {
                if (_json.ValueTextEquals("predictions"u8))
                {
                    RequireOnce(hasPredictions, "predictions");
                    ParsePredictions();
                    hasPredictions = true;
                }
                else if (_json.ValueTextEquals("target"u8))
                {
                    RequireOnce(target != RowLists.NotSeen, "target");
                    _json.Read();
                    target = ParseClass("target");
                }
                else
                {
                    _json.Skip();
                }
            }

            if (!hasPredictions || target == RowLists.NotSeen)
            {
                throw Error($"the entry lacks {(hasPredictions ? "target" : "predictions")}, expected predictions and target.");
            }

            _rows.Targets[_row] = target;
        }

        private void ParsePredictions()
        {
            _rows.Begin(_row);
            _json.Read();
            Require(JsonTokenType.StartArray, "predictions as a list");
            while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
            {
                var index = ParseClass("prediction");
                if (!_rows.TryAdd(_row, index))
                {
                    throw Error($"predictions hold '{_request.Pool.Classes.TextAt(index)}' twice, expected each class once.");
                }
            }

            if (_rows.End(_row) == 0)
            {
                throw Error("predictions are an empty list, expected classes, best first.");
            }
        }

        private readonly int ParseClass(string what)
        {
            Require(JsonTokenType.String, $"a {what} such as \"0:2\"");
            var text = _json.ValueSpan;
            if (!Utf8Parser.TryParse(text, out ushort verb, out var verbLength)
                || verbLength >= text.Length - 1 || text[verbLength] != ':'
                || !Utf8Parser.TryParse(text[(verbLength + 1)..], out ushort noun, out var nounLength)
                || verbLength + 1 + nounLength != text.Length)
            {
                throw Error($"{what} '{Encoding.UTF8.GetString(text)}' is no class, expected verb:noun such as \"0:2\".");
            }

            var index = _request.Pool.Classes.IndexOf(new ActionClass(verb, noun));
            return index >= 0 ? index : throw Error(DumpErrors.UnknownClass(what, new ActionClass(verb, noun), _request));
        }

        private readonly void RequireOnce(bool seen, string name)
        {
            if (seen)
            {
                throw Error($"the entry has {name} twice, expected it once.");
            }
        }

        private readonly void Require(JsonTokenType expected, string description)
        {
            if (_json.TokenType != expected)
            {
                throw Error($"found {_json.TokenType}, expected {description}.");
            }
        }

        private readonly InputException Error(string message) =>
            new(string.Create(CultureInfo.InvariantCulture, $"{_path} row {_row}: {message}"));
    }
}
