using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace LLaVAction.Torch.Native;

/// <summary>Platforms by the names that .NET gives them: linux-x64, osx-arm64, win-x64.</summary>
internal static class NativePlatform
{
    private const int HeaderBytes = 4096;

    public static IReadOnlyList<string> OfTorchSharp { get; } = ["linux-x64", "osx-arm64", "win-x64", "win-arm64"];

    public static string Current { get; } = $"{Os}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    private static string Os => OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";

    // The file name of a library on a platform: libtorch_cpu.so, libtorch_cpu.dylib, torch_cpu.dll.
    public static string FileName(string library, string platform) => platform.Split('-')[0] switch
    {
        "win" => $"{library}.dll",
        "osx" => $"lib{library}.dylib",
        _ => $"lib{library}.so",
    };

    // What a native library was built for, from its header (ELF, Mach-O or PE); null where it is none of these.
    public static string? Of(string path)
    {
        Span<byte> buffer = stackalloc byte[HeaderBytes];
        using var file = File.OpenRead(path);
        ReadOnlySpan<byte> header = buffer[..file.ReadAtLeast(buffer, HeaderBytes, throwOnEndOfStream: false)];
        if (header.Length < 64)
        {
            return null;
        }

        if (header.StartsWith("\x7f"u8) && header[1..4].SequenceEqual("ELF"u8))
        {
            return Named("linux", BinaryPrimitives.ReadUInt16LittleEndian(header[18..]) switch { 62 => "x64", 183 => "arm64", 3 => "x86", _ => null });
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(header) == 0xfeedfacf)
        {
            return Named("osx", BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) switch { 0x01000007 => "x64", 0x0100000c => "arm64", _ => null });
        }

        var start = BinaryPrimitives.ReadInt32LittleEndian(header[60..]);
        return header.StartsWith("MZ"u8) && start >= 0 && start + 6 <= header.Length && header[start..].StartsWith("PE\0\0"u8)
            ? Named("win", BinaryPrimitives.ReadUInt16LittleEndian(header[(start + 4)..]) switch { 0x8664 => "x64", 0xaa64 => "arm64", _ => null })
            : null;
    }

    private static string Named(string os, string? architecture) => $"{os}-{architecture ?? "unknown"}";
}
