using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Models.Tokenization;

/// <summary>Reads <c>vocab.json</c> and <c>merges.txt</c>, the older form of Qwen2's tokenizer.</summary>
internal static class VocabularyFiles
{
    public static TokenizerParts Read(string vocabularyFile, string mergesFile, JsonFields? settings)
    {
        if (settings?.Text("tokenizer_class") is { } type && type is not ("Qwen2Tokenizer" or "Qwen2TokenizerFast"))
        {
            throw settings.Wrong("tokenizer_class", DisplayText.Quote(type), "Qwen2Tokenizer; other classes cut text into other pieces");
        }

        var ids = TokenizerJson.ReadVocabulary(JsonFields.Open(vocabularyFile));
        var vocabulary = new BytePairVocabulary(mergesFile, ids, ReadMerges(mergesFile), takesWholePieces: false);
        return new TokenizerParts(vocabularyFile, vocabulary, [], IsNormalizing: true);
    }

    private static List<(string Left, string Right)> ReadMerges(string file)
    {
        string[] lines;
        try
        {
            if (new FileInfo(file).Length > JsonFields.MaximumFileLength)
            {
                throw new InputException($"{file} is longer than 256 MiB; that is no list of merges.");
            }

            lines = File.ReadAllLines(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{file} cannot be read: {failure.Message}", failure);
        }

        var merges = new List<(string Left, string Right)>(lines.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            // Only the first line can be the version; merges of '#' look much like it.
            var isHeader = i == 0 && lines[i].StartsWith("#version", StringComparison.Ordinal);
            if (isHeader || lines[i].Length == 0)
            {
                continue;
            }

            merges.Add(lines[i].Split(' ') is [var left, var right]
                ? (left, right)
                : throw new InputException($"{file} line {i + 1}: {DisplayText.Quote(lines[i])} is no merge; expected two tokens with one space between them."));
        }

        return merges;
    }
}
