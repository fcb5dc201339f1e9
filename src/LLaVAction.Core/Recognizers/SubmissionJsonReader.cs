using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using LLaVAction.Epic;

namespace LLaVAction.Recognizers;

/// <summary>
/// The EPIC-KITCHENS-100 action recognition submission: <c>results</c> from narration id to maps of scores, <c>verb</c>
/// and <c>noun</c> by class and optionally <c>action</c> by <c>"verb,noun"</c>. Without an action map an action's score is
/// the product of its verb's and its noun's, over the classes of the pool.
/// </summary>
internal static class SubmissionJsonReader
{
    public static PredictionDump Read(string path, ReadOnlyMemory<byte> text, PredictionRequest request)
    {
        var parser = new Parser(path, text.Span, request);
        try
        {
            parser.Parse();
        }
        catch (JsonException failure)
        {
            throw parser.Malformed(failure);
        }
        catch (InvalidOperationException failure)
        {
            // A lone surrogate in an escape.
            throw parser.Error("a text is no valid Unicode; expected narration ids, classes and scores.", failure);
        }

        return new PredictionDump(path, PredictionFormat.Submission, parser.Finish());
    }

    private ref struct Parser
    {
        private readonly string _path;
        private readonly PredictionRequest _request;
        private readonly ReadOnlySpan<byte> _text;
        private readonly Dictionary<string, ClipAnnotation> _asked;
        private readonly Dictionary<string, ActionRanking> _rankings;
        private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
        private readonly HashSet<ActionClass> _classes = [];
        private readonly List<RankedAction> _actions = [];
        private readonly ProductTable _products;
        private Utf8JsonReader _json;
        private string _id = string.Empty;

        public Parser(string path, ReadOnlySpan<byte> text, PredictionRequest request)
        {
            _path = path;
            _request = request;
            _text = text;
            _asked = request.ClipsAsked();
            _rankings = new Dictionary<string, ActionRanking>(_asked.Count, StringComparer.Ordinal);
            _products = new ProductTable(request.Pool.Classes);
            _json = new Utf8JsonReader(text);
        }

        public void Parse()
        {
            var hasResults = false;
            _json.Read();
            Require(JsonTokenType.StartObject, "an object with results");
            while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
            {
                if (_json.ValueTextEquals("challenge"u8))
                {
                    ParseChallenge();
                }
                else if (_json.ValueTextEquals("results"u8) && !hasResults)
                {
                    ParseResults();
                    hasResults = true;
                }
                else
                {
                    _json.Skip();
                }
            }

            _json.Read();
            if (!hasResults)
            {
                throw new InputException($"{_path}: the object lacks results, expected an EPIC-KITCHENS-100 submission with results by narration id.");
            }
        }

        public readonly Dictionary<string, ActionRanking> Finish()
        {
            DumpErrors.RequireAll(_path, _rankings, _request);
            return _rankings;
        }

        public readonly InputException Malformed(JsonException failure)
        {
            var rest = _text[(int)_json.BytesConsumed..].TrimStart(" \t\r\n:,"u8);
            var isNumber = rest.StartsWith("NaN"u8) || rest.StartsWith("Infinity"u8) || rest.StartsWith("-Infinity"u8);
            return new InputException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{_path} line {failure.LineNumber + 1}: {(isNumber ? $"a score of '{_id}' is NaN or infinite, expected a number" : $"malformed JSON ({failure.Message})")}. Check that the file is complete."),
                failure);
        }

        private void ParseChallenge()
        {
            _json.Read();
            if (_json.TokenType != JsonTokenType.String || !_json.ValueTextEquals("action_recognition"u8))
            {
                throw new InputException($"{_path}: challenge is {(_json.TokenType == JsonTokenType.String ? $"'{_json.GetString()}'" : _json.TokenType)}, expected 'action_recognition'.");
            }
        }

        private void ParseResults()
        {
            _json.Read();
            Require(JsonTokenType.StartObject, "results as an object by narration id");
            while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
            {
                _id = _json.GetString()!;
                if (!_seen.Add(_id))
                {
                    throw Error("the clip occurs twice, expected once.");
                }

                if (_asked.TryGetValue(_id, out var clip))
                {
                    ParseClip(clip);
                }
                else
                {
                    _json.Skip();
                }
            }
        }

        private void ParseClip(ClipAnnotation clip)
        {
            double[]? verbs = null;
            double[]? nouns = null;
            var hasActions = false;
            _json.Read();
            Require(JsonTokenType.StartObject, "an object with verb and noun");
            while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
            {
                if (_json.ValueTextEquals("verb"u8))
                {
                    RequireOnce(verbs is not null, "verb");
                    verbs = ParseParts("verb", _products.Verbs.Count);
                }
                else if (_json.ValueTextEquals("noun"u8))
                {
                    RequireOnce(nouns is not null, "noun");
                    nouns = ParseParts("noun", _products.Nouns.Count);
                }
                else if (_json.ValueTextEquals("action"u8))
                {
                    RequireOnce(hasActions, "action");
                    ParseActions();
                    hasActions = true;
                }
                else
                {
                    _json.Skip();
                }
            }

            _rankings.Add(_id, hasActions ? ActionRanking.FromList(_actions.ToArray()) : Product(clip, verbs, nouns));
        }

        private readonly ActionRanking Product(ClipAnnotation clip, double[]? verbs, double[]? nouns)
        {
            if (verbs is null || nouns is null)
            {
                throw Error($"the clip has no {(verbs is null ? "verb" : "noun")} scores, expected verb and noun, or action.");
            }

            RequireProbabilities("verb", verbs, _products.Verbs);
            RequireProbabilities("noun", nouns, _products.Nouns);
            return _products.Rank(verbs, nouns, _request.Top, clip.Class, Place());
        }

        // A product of scores ranks actions only where every score is there and none is negative.
        private readonly void RequireProbabilities(string name, double[] scores, IReadOnlyList<bool> needed)
        {
            for (var part = 0; part < scores.Length; part++)
            {
                if (needed[part] && double.IsNaN(scores[part]))
                {
                    throw Error(string.Create(CultureInfo.InvariantCulture, $"{name} lacks class {part}, expected every class of the annotations, or an action map."));
                }

                if (scores[part] < 0)
                {
                    throw Error(string.Create(CultureInfo.InvariantCulture, $"{name} {part} has the score {scores[part]}, expected a probability. Apply softmax, or give an action map."));
                }
            }
        }

        private void ParseActions()
        {
            _actions.Clear();
            _classes.Clear();
            _json.Read();
            Require(JsonTokenType.StartObject, "action as an object");
            while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
            {
                var actionClass = ParseAction(_json.ValueSpan);
                if (!_request.Pool.Classes.Contains(actionClass))
                {
                    throw Error(DumpErrors.UnknownClass("action", actionClass, _request));
                }

                if (!_classes.Add(actionClass))
                {
                    throw Error($"action holds '{actionClass}' twice, expected each class once.");
                }

                _actions.Add(new RankedAction(actionClass, ParseScore("action")));
            }

            if (_actions.Count == 0)
            {
                throw Error("action is empty, expected scores by \"verb,noun\".");
            }

            _actions.Sort(RankedAction.BestFirst);
        }

        private readonly ActionClass ParseAction(ReadOnlySpan<byte> key)
        {
            return Utf8Parser.TryParse(key, out ushort verb, out var verbLength)
                && verbLength < key.Length - 1 && key[verbLength] == ','
                && Utf8Parser.TryParse(key[(verbLength + 1)..], out ushort noun, out var nounLength)
                && verbLength + 1 + nounLength == key.Length
                ? new ActionClass(verb, noun)
                : throw Error($"action key '{Encoding.UTF8.GetString(key)}' is no class, expected \"verb,noun\" such as \"0,2\".");
        }

        // Scores by class, NaN where there is none; classes beyond those of the pool are left out.
        private double[] ParseParts(string name, int count)
        {
            var scores = new double[count];
            Array.Fill(scores, double.NaN);
            _json.Read();
            Require(JsonTokenType.StartObject, $"{name} as an object by class");
            while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
            {
                var key = _json.ValueSpan;
                if (!Utf8Parser.TryParse(key, out int part, out var length) || length != key.Length || part is < 0 or > ActionClass.Maximum)
                {
                    throw Error($"{name} key '{Encoding.UTF8.GetString(key)}' is no class, expected a number such as \"2\".");
                }

                var score = ParseScore(name);
                if (part < scores.Length)
                {
                    scores[part] = double.IsNaN(scores[part]) ? score : throw Error(string.Create(CultureInfo.InvariantCulture, $"{name} holds {part} twice, expected each class once."));
                }
            }

            return scores;
        }

        private double ParseScore(string name)
        {
            _json.Read();
            return _json.TokenType == JsonTokenType.Number && _json.TryGetDouble(out var score) && double.IsFinite(score)
                ? score
                : throw Error($"{name} has a score that is no finite number ({_json.TokenType}), expected a number.");
        }

        private readonly void RequireOnce(bool isSeen, string name)
        {
            if (isSeen)
            {
                throw Error($"the clip has {name} twice, expected it once.");
            }
        }

        private readonly void Require(JsonTokenType expected, string description)
        {
            if (_json.TokenType != expected)
            {
                throw Error($"found {_json.TokenType}, expected {description}.");
            }
        }

        public readonly InputException Error(string message, Exception? failure = null)
        {
            var text = $"{Place()}: {message}";
            return failure is null ? new InputException(text) : new InputException(text, failure);
        }

        private readonly string Place() => _id.Length == 0 ? _path : $"{_path} clip '{_id}'";
    }
}
