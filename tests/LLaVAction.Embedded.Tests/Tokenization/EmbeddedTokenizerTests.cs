using LLaVAction.Embedded.Tokenization;
using LLaVAction.Models.Ports;
using LLaVAction.Testing.Tokenization;

namespace LLaVAction.Embedded.Tests.Tokenization;

public sealed class EmbeddedTokenizerTests : TokenizerConformance
{
    protected override ITokenizer Open(string folder) => ByteLevelBpeEncoder.Open(folder);
}

public sealed class EmbeddedTokenizerFilesTests : TokenizerFilesConformance
{
    protected override ITokenizer Open(string folder) => ByteLevelBpeEncoder.Open(folder);
}

public sealed class EmbeddedTokenizerGoldenTests : TokenizerGoldens
{
    protected override ITokenizer Open(string folder) => ByteLevelBpeEncoder.Open(folder);
}
