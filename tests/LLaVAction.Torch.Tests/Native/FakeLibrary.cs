using LLaVAction.Torch.Native;

namespace LLaVAction.Torch.Tests.Native;

/// <summary>Folders that look like a libtorch's: libraries of which nothing but the header is there.</summary>
internal static class FakeLibrary
{
    /// <summary>A folder with the library by which libtorch is known, built for a platform.</summary>
    public static string Folder(string path, string? platform = null, bool hasCuda = false)
    {
        Directory.CreateDirectory(path);
        var here = NativePlatform.Current;
        File.WriteAllBytes(Path.Combine(path, NativePlatform.FileName("torch_cpu", here)), Header(platform ?? here));
        if (hasCuda)
        {
            File.WriteAllBytes(Path.Combine(path, NativePlatform.FileName("torch_cuda", here)), Header(platform ?? here));
        }

        return path;
    }

    /// <summary>A <c>torch/lib</c> of an installed PyTorch, below a folder of Python packages.</summary>
    public static string PyTorch(string sitePackages, string version, string? platform = null, bool hasCuda = false)
    {
        var folder = Folder(Path.Combine(sitePackages, "torch", "lib"), platform, hasCuda);
        File.WriteAllText(Path.Combine(sitePackages, "torch", "version.py"), $"from typing import Optional\n\n__all__ = ['__version__']\n__version__ = '{version}'\ncuda = None\n");
        return folder;
    }

    /// <summary>The first bytes of a library of a platform: ELF, Mach-O or PE.</summary>
    public static byte[] Header(string platform)
    {
        var header = new byte[256];
        var bytes = platform switch
        {
            "linux-x64" => (Start: "\x7f"u8.ToArray().Concat("ELF"u8.ToArray()).ToArray(), At: 18, Machine: new byte[] { 62, 0 }),
            "linux-arm64" => ("\x7f"u8.ToArray().Concat("ELF"u8.ToArray()).ToArray(), 18, [183, 0]),
            "osx-x64" => ([0xcf, 0xfa, 0xed, 0xfe], 4, [7, 0, 0, 1]),
            "osx-arm64" => ([0xcf, 0xfa, 0xed, 0xfe], 4, [12, 0, 0, 1]),
            "win-x64" => ("MZ"u8.ToArray(), 132, [0x64, 0x86]),
            "win-arm64" => ("MZ"u8.ToArray(), 132, [0x64, 0xaa]),
            _ => throw new ArgumentException(platform, nameof(platform)),
        };
        bytes.Start.CopyTo(header, 0);
        if (platform.StartsWith("win", StringComparison.Ordinal))
        {
            header[60] = 128;
            "PE\0\0"u8.CopyTo(header.AsSpan(128));
        }

        bytes.Machine.CopyTo(header, bytes.At);
        return header;
    }
}
