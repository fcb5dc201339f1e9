using LLaVAction.Models.Tokenization;
using LLaVAction.Testing.Tokenization;
using LLaVAction.Torch.Tokenization;

namespace LLaVAction.Torch.Tests.Tokenization;

public sealed class MicrosoftTokenizerTests : TokenizerConformance
{
    /// <summary>Microsoft.ML.Tokenizers 2.0 takes quadratic time in the length of a word; no prompt has such words.</summary>
    protected override int LongestWord => 5_000;

    protected override ITokenizer Open(string folder) => MicrosoftBpeEncoder.Open(folder);
}

public sealed class MicrosoftTokenizerFilesTests : TokenizerFilesConformance
{
    protected override ITokenizer Open(string folder) => MicrosoftBpeEncoder.Open(folder);
}

public sealed class MicrosoftTokenizerGoldenTests : TokenizerGoldens
{
    protected override ITokenizer Open(string folder) => MicrosoftBpeEncoder.Open(folder);
}
