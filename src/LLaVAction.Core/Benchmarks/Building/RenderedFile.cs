namespace LLaVAction.Benchmarks.Building;

/// <summary>A file of a benchmark, complete, in memory.</summary>
/// <param name="Name">File name without folder.</param>
/// <param name="Content">Its bytes.</param>
public sealed record RenderedFile(string Name, ReadOnlyMemory<byte> Content);
