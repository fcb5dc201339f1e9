using System.Globalization;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LLaVAction.Cpu.Kernels;

/// <summary>What the processor computes with.</summary>
internal static class ProcessorVectors
{
    // The width of the registers and the instruction sets that the kernels look for.
    public static string Describe()
    {
        var width = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
        List<string> names = [];
        if (Avx512F.IsSupported)
        {
            names.Add("AVX-512");
        }

        if (Avx2.IsSupported)
        {
            names.Add("AVX2");
        }

        if (Fma.IsSupported)
        {
            names.Add("FMA");
        }

        if (AdvSimd.IsSupported)
        {
            names.Add("AdvSIMD");
        }

        return width == 0
            ? "none; the engine runs, slowly"
            : string.Create(CultureInfo.InvariantCulture, $"{width} bits ({string.Join(", ", names)})");
    }
}
