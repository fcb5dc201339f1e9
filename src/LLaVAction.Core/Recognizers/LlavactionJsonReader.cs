using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using LLaVAction.Epic;

namespace LLaVAction.Recognizers;

/// <summary>
/// The JSON that LLaVAction reads: <c>{"0": {"predictions": ["0:2", "1:2", …], "target": "0:2"}, …}</c>, keyed by the
/// zero-based row of the annotation CSV, or by narration id. Keyed by row, nothing but the targets tells whether the rows
/// match, so every target is verified against its row of the whole CSV, whatever rows are asked for; keyed by id, every target
/// of a clip of the CSV is.
/// </summary>
internal static class LlavactionJsonReader
{
    // Whether the object's first value is an entry with predictions, and not a part of a submission.
    public static bool Recognises(ReadOnlySpan<byte> text)
    {
        var json = new Utf8JsonReader(text);
        try
        {
            return json.Read() && json.Read() && json.TokenType == JsonTokenType.PropertyName
                && (IsRow(json.ValueSpan) || (!json.ValueTextEquals("results"u8) && json.Read() && json.TokenType == JsonTokenType.StartObject));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    public static PredictionDump Read(string path, ReadOnlyMemory<byte> text, PredictionRequest request)
    {
        var parser = new Parser(path, text.Span, request);
        try
        {
            parser.Parse();
        }
        catch (JsonException failure)
        {
            throw new InputException(
                string.Create(CultureInfo.InvariantCulture, $"{path} line {failure.LineNumber + 1}: malformed JSON ({failure.Message}) Check that the file is complete."),
                failure);
        }
        catch (InvalidOperationException failure)
        {
            // A lone surrogate in an escape.
            throw parser.Error("a text is no valid Unicode; expected narration ids and classes such as \"0:2\".", failure);
        }

        return new PredictionDump(path, PredictionFormat.LlavactionJson, parser.Finish());
    }

    private static bool IsRow(ReadOnlySpan<byte> key) => key.Length > 0 && key.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    private ref struct Parser
    {
        private readonly string _path;
        private readonly PredictionRequest _request;
        private readonly IReadOnlyList<ClipAnnotation> _clips;
        private readonly Dictionary<string, int> _rowOfId;
        private readonly ActionRanking?[] _rankings;
        private readonly ActionClass[] _targets;
        private readonly List<RankedAction> _actions = [];
        private readonly int[] _lastEntryOfClass;
        private Utf8JsonReader _json;
        private bool? _isKeyedByRow;
        private string _key = string.Empty;
        private int _entries;

        public Parser(string path, ReadOnlySpan<byte> text, PredictionRequest request)
        {
            _path = path;
            _request = request;
            _clips = request.Annotations.Clips;
            _rowOfId = new Dictionary<string, int>(StringComparer.Ordinal);
            _rankings = new ActionRanking?[_clips.Count];
            _targets = new ActionClass[_clips.Count];
            _lastEntryOfClass = new int[request.Pool.Classes.Count];
            _json = new Utf8JsonReader(text);
        }

        public void Parse()
        {
            _json.Read();
            Require(JsonTokenType.StartObject, "an object keyed by row or narration id");
            while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
            {
                _entries++;
                _isKeyedByRow ??= IsRow(_json.ValueSpan) || !IndexIds();
                var row = _isKeyedByRow.Value ? ParseRow() : ParseId();
                if (row < 0)
                {
                    _json.Skip();
                    continue;
                }

                if (_rankings[row] is not null)
                {
                    throw Error("the row occurs twice, expected once.");
                }

                (_rankings[row], _targets[row]) = ParseEntry();
            }

            // Anything after the object makes the reader throw.
            _json.Read();
        }

        public readonly Dictionary<string, ActionRanking> Finish()
        {
            var asked = _request.RowsAsked();
            var rankings = new Dictionary<string, ActionRanking>(asked.Length, StringComparer.Ordinal);
            for (var row = 0; row < asked.Length; row++)
            {
                var place = _isKeyedByRow == false
                    ? $"{_path} clip '{_clips[row].NarrationId}' ({_request.Annotations.PlaceOf(row)})"
                    : string.Create(CultureInfo.InvariantCulture, $"{_path} row {row} ({_clips[row].NarrationId}, {_request.Annotations.PlaceOf(row)})");
                if (_rankings[row] is not { } ranking)
                {
                    if (_isKeyedByRow == false)
                    {
                        continue;
                    }

                    throw new InputException($"{place}: the row is missing, expected one entry per row. Give the file that the dump was made for as --annotations.");
                }

                if (_targets[row] != _clips[row].Class)
                {
                    throw new InputException(
                        $"{place}: target is '{_targets[row]}', expected the row's class '{_clips[row].Class}'. "
                        + "The dump was made for other or re-ordered annotations: give its own file as --annotations.");
                }

                if (asked[row])
                {
                    rankings.Add(_clips[row].NarrationId, ranking);
                }
            }

            DumpErrors.RequireAll(_path, rankings, _request);
            return rankings;
        }

        public readonly InputException Error(string message, Exception? failure = null)
        {
            var text = $"{_path} {(_isKeyedByRow == true ? "row" : "clip")} {_key}: {message}";
            return failure is null ? new InputException(text) : new InputException(text, failure);
        }

        private readonly bool IndexIds()
        {
            for (var row = 0; row < _clips.Count; row++)
            {
                _rowOfId[_clips[row].NarrationId] = row;
            }

            return true;
        }

        private int ParseRow()
        {
            if (!Utf8Parser.TryParse(_json.ValueSpan, out int row, out var consumed) || consumed != _json.ValueSpan.Length || row < 0)
            {
                throw new InputException($"{_path}: key '{_json.GetString()}' is no row, expected the zero-based row of {_request.Annotations.Path}.");
            }

            _key = row.ToString(CultureInfo.InvariantCulture);
            return row < _rankings.Length ? row : throw Error(string.Create(
                CultureInfo.InvariantCulture,
                $"{_request.Annotations.Path} has only the rows 0..{_rankings.Length - 1}. Give the file that the dump was made for as --annotations; choose rows by --ids or --limit."));
        }

        // The row of an id; −1 for a clip of another file.
        private int ParseId()
        {
            _key = $"'{_json.GetString()}'";
            return _rowOfId.GetValueOrDefault(_key[1..^1], -1);
        }

        private (ActionRanking Ranking, ActionClass Target) ParseEntry()
        {
            ActionRanking? ranking = null;
            ActionClass? target = null;
            _json.Read();
            Require(JsonTokenType.StartObject, "an object with predictions and target");
            while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
            {
                if (_json.ValueTextEquals("predictions"u8))
                {
                    RequireOnce(ranking is not null, "predictions");
                    ranking = ParsePredictions();
                }
                else if (_json.ValueTextEquals("target"u8))
                {
                    RequireOnce(target is not null, "target");
                    _json.Read();
                    target = _request.Pool.Classes.Classes[ParseClass("target")];
                }
                else
                {
                    _json.Skip();
                }
            }

            if (ranking is null || target is null)
            {
                throw Error($"the entry lacks {(ranking is null ? "predictions" : "target")}, expected predictions and target.");
            }

            return (ranking, target.Value);
        }

        private ActionRanking ParsePredictions()
        {
            _actions.Clear();
            _json.Read();
            Require(JsonTokenType.StartArray, "predictions as a list");
            while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
            {
                var index = ParseClass("prediction");
                if (_lastEntryOfClass[index] == _entries)
                {
                    throw Error($"predictions hold '{_request.Pool.Classes.TextAt(index)}' twice, expected each class once.");
                }

                _lastEntryOfClass[index] = _entries;
                _actions.Add(new RankedAction(_request.Pool.Classes.Classes[index], Score: null));
            }

            return _actions.Count > 0
                ? ActionRanking.FromList(_actions.ToArray())
                : throw Error("predictions are an empty list, expected classes, best first.");
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

        private readonly void RequireOnce(bool isSeen, string name)
        {
            if (isSeen)
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
    }
}
