using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace LLaVAction;

/// <summary>
/// The only source of randomness: a generator keyed by (seed, key, purpose), so that what is drawn for one clip never
/// depends on other clips, their order, or how much was drawn before.
/// </summary>
/// <remarks>
/// The state of xoshiro256** (Blackman and Vigna, 2018) is the SHA-256 of the UTF-8 text <c>seed\nkey\npurpose</c>,
/// read as four little-endian 64-bit words; that of a fork is four outputs of SplitMix64 (Steele, Lea and Flood, 2014) started
/// at the first word xor the item. Bounded integers are drawn without bias by Lemire's method (2019).
/// </remarks>
public sealed class KeyedRandom
{
    private const int MostStackBytes = 256;

    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>Creates the generator of one purpose for one key, usually a narration id.</summary>
    public KeyedRandom(long seed, string key, string purpose)
    {
        Span<byte> text = stackalloc byte[MostStackBytes];
        if (!Utf8.TryWrite(text, CultureInfo.InvariantCulture, $"{seed}\n{key}\n{purpose}", out var length))
        {
            text = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed}\n{key}\n{purpose}"));
            length = text.Length;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..length], hash);
        _s0 = BinaryPrimitives.ReadUInt64LittleEndian(hash);
        _s1 = BinaryPrimitives.ReadUInt64LittleEndian(hash[8..]);
        _s2 = BinaryPrimitives.ReadUInt64LittleEndian(hash[16..]);
        _s3 = BinaryPrimitives.ReadUInt64LittleEndian(hash[24..]);
    }

    private KeyedRandom(ulong start)
    {
        _s0 = SplitMix64(ref start);
        _s1 = SplitMix64(ref start);
        _s2 = SplitMix64(ref start);
        _s3 = SplitMix64(ref start);
    }

    /// <summary>
    /// A generator for one of many items under this key, for example one class of a clip: far cheaper than a key of its own.
    /// What is drawn for one item depends neither on the other items nor on their order; this generator does not move.
    /// </summary>
    public KeyedRandom Fork(ulong item) => new(_s0 ^ item);

    /// <summary>The next 64 uniform bits.</summary>
    public ulong NextUInt64()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>A uniform integer in 0..<paramref name="exclusiveBound"/>−1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bound is not positive.</exception>
    public int NextInt32(int exclusiveBound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveBound);
        var bound = (uint)exclusiveBound;
        var product = (NextUInt64() >> 32) * bound;
        if ((uint)product < bound)
        {
            var threshold = (0u - bound) % bound;
            while ((uint)product < threshold)
            {
                product = (NextUInt64() >> 32) * bound;
            }
        }

        return (int)(product >> 32);
    }

    /// <summary>A uniform double in [0, 1) with 53 random bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Shuffles in place (Fisher and Yates, from the last element down).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var last = items.Length - 1; last > 0; last--)
        {
            var other = NextInt32(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }

    private static ulong SplitMix64(ref ulong state)
    {
        var mixed = state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
