using LLaVAction.Cpu.Tokenization;
using LLaVAction.Models.Tokenization;
using LLaVAction.Testing.Tokenization;

namespace LLaVAction.Cpu.Tests.Tokenization;

public sealed class CpuTokenizerTests : TokenizerConformance
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
