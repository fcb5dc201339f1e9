using FsCheck;
using FsCheck.Fluent;

namespace LLaVAction.Testing;

/// <summary>Damage to valid files, for tests that reading never does worse than a clear error.</summary>
public static class Mutation
{
    /// <summary>What <see cref="Mutator"/> makes of a file.</summary>
    public static Gen<byte[]> Of(byte[] file) => Gen.Choose(0, int.MaxValue).Select(number => Mutator.Mutate(file, 0, number));
}
