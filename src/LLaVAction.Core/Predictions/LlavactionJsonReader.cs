using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using LLaVAction.Annotations;

namespace LLaVAction.Predictions;

/// <summary>
/// The JSON that LLaVAction reads: <c>{"0": {"predictions": ["0:2", "1:2", …], "target": "0:2"}, …}</c>, keyed by the
/// zero-based row of the annotation CSV. Nothing but the targets tells whether the rows match, so every target is
/// verified against its row of the whole CSV, whatever rows are asked for.
/// </summary>
internal static class LlavactionJsonReader
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
            throw new InputException(
                string.Create(CultureInfo.InvariantCulture, $"{path} line {failure.LineNumber + 1}: malformed JSON ({failure.Message}) Check that the file is complete."),
                failure);
        }

        return new PredictionDump(path, PredictionFormat.LlavactionJson, parser.Finish());
    }

    private ref struct Parser
    {
        private const int NotSeen = -1;

        private readonly string path;
        private readonly PredictionRequest request;
        private readonly ActionClassIndex known;
        private readonly bool[] rowsAsked;
        private readonly int[] targets;
        private readonly int[] lastRowOfClass;
        private readonly Dictionary<string, ActionRanking> rankings;
        private readonly List<RankedAction> ranked = [];
        private Utf8JsonReader json;
        private int row;

        public Parser(string path, ReadOnlySpan<byte> text, PredictionRequest request)
        {
            this.path = path;
            this.request = request;
            known = request.Pool.Classes;
            rowsAsked = request.RowsAsked();
            targets = new int[rowsAsked.Length];
            Array.Fill(targets, NotSeen);
            lastRowOfClass = new int[known.Count];
            Array.Fill(lastRowOfClass, NotSeen);
            rankings = new Dictionary<string, ActionRanking>(rowsAsked.Length, StringComparer.Ordinal);
            json = new Utf8JsonReader(text);
        }

        public void Parse()
        {
            json.Read();
            Require(JsonTokenType.StartObject, "an object keyed by row");
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (!Utf8Parser.TryParse(json.ValueSpan, out row, out var consumed) || consumed != json.ValueSpan.Length || row < 0)
                {
                    throw new InputException($"{path}: key '{json.GetString()}' is no row, expected the zero-based row of {request.Annotations.Path}.");
                }

                if (row >= targets.Length)
                {
                    throw Error(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{request.Annotations.Path} has only the rows 0..{targets.Length - 1}. Give the file that the dump was made for as --annotations; choose rows by --ids or --limit."));
                }

                if (targets[row] != NotSeen)
                {
                    throw Error("the row occurs twice, expected once.");
                }

                ParseRow();
            }

            // Anything after the object makes the reader throw.
            json.Read();
        }

        public readonly Dictionary<string, ActionRanking> Finish()
        {
            for (var i = 0; i < targets.Length; i++)
            {
                var clip = request.Annotations.Clips[i];
                var place = string.Create(CultureInfo.InvariantCulture, $"{path} row {i} ({clip.NarrationId}, {request.Annotations.PlaceOf(i)})");
                if (targets[i] == NotSeen)
                {
                    throw new InputException($"{place}: the row is missing, expected one entry per row. Give the file that the dump was made for as --annotations.");
                }

                if (known.Classes[targets[i]] != clip.Class)
                {
                    throw new InputException(
                        $"{place}: target is '{known.TextAt(targets[i])}', expected the row's class '{clip.Class}'. "
                        + "The dump was made for other or re-ordered annotations: give its own file as --annotations.");
                }
            }

            return rankings;
        }

        private void ParseRow()
        {
            var hasPredictions = false;
            var target = NotSeen;
            json.Read();
            Require(JsonTokenType.StartObject, "an object with predictions and target");
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("predictions"u8))
                {
                    RequireOnce(hasPredictions, "predictions");
                    ParsePredictions();
                    hasPredictions = true;
                }
                else if (json.ValueTextEquals("target"u8))
                {
                    RequireOnce(target != NotSeen, "target");
                    json.Read();
                    target = ParseClass("target");
                }
                else
                {
                    json.Skip();
                }
            }

            if (!hasPredictions || target == NotSeen)
            {
                throw Error($"the entry lacks {(hasPredictions ? "target" : "predictions")}, expected predictions and target.");
            }

            targets[row] = target;
            if (rowsAsked[row])
            {
                rankings.Add(request.Annotations.Clips[row].NarrationId, ActionRanking.FromList(ranked.ToArray()));
            }
        }

        private void ParsePredictions()
        {
            ranked.Clear();
            json.Read();
            Require(JsonTokenType.StartArray, "predictions as a list");
            while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            {
                var index = ParseClass("prediction");
                if (lastRowOfClass[index] == row)
                {
                    throw Error($"predictions hold '{known.TextAt(index)}' twice, expected each class once.");
                }

                lastRowOfClass[index] = row;
                ranked.Add(new RankedAction(known.Classes[index], Score: null));
            }

            if (ranked.Count == 0)
            {
                throw Error("predictions are an empty list, expected classes, best first.");
            }
        }

        private readonly int ParseClass(string what)
        {
            Require(JsonTokenType.String, $"a {what} such as \"0:2\"");
            var text = json.ValueSpan;
            if (!Utf8Parser.TryParse(text, out ushort verb, out var verbLength)
                || verbLength >= text.Length - 1 || text[verbLength] != ':'
                || !Utf8Parser.TryParse(text[(verbLength + 1)..], out ushort noun, out var nounLength)
                || verbLength + 1 + nounLength != text.Length)
            {
                throw Error($"{what} '{Encoding.UTF8.GetString(text)}' is no class, expected verb:noun such as \"0:2\".");
            }

            var index = known.IndexOf(new ActionClass(verb, noun));
            return index >= 0 ? index : throw Error(DumpErrors.UnknownClass(what, new ActionClass(verb, noun), request));
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
            if (json.TokenType != expected)
            {
                throw Error($"found {json.TokenType}, expected {description}.");
            }
        }

        private readonly InputException Error(string message) =>
            new(string.Create(CultureInfo.InvariantCulture, $"{path} row {row}: {message}"));
    }
}
