using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LLaVAction.Cpu.Kernels;

/// <summary>
/// The innermost part of every matrix product: a tile of sums held in registers. One implementation per register width, all
/// equal to the bit where multiply-adds are fused, because each sum is one chain of multiply-adds in the order of k.
/// </summary>
internal abstract unsafe class MicroKernel
{
    public static IReadOnlyList<MicroKernel> All { get; } =
    [
        new VectorMicroKernel<Lanes512, Vector512<float>>("AVX-512, 12×32", Vector512.IsHardwareAccelerated, isFused: true, tileRows: 12),
        new VectorMicroKernel<Lanes256, Vector256<float>>("AVX2, 6×16", Vector256.IsHardwareAccelerated && Fma.IsSupported, isFused: true, tileRows: 6),
        new VectorMicroKernel<Lanes128, Vector128<float>>("128-bit, 6×8", Vector128.IsHardwareAccelerated, Fma.IsSupported || AdvSimd.IsSupported, tileRows: 6),
        new ScalarMicroKernel(),
    ];

    public static MicroKernel Best { get; } = All.First(kernel => kernel.IsAccelerated);

    // The variant for products of nearly 80 columns; goes with that of AVX-512.
    public static MicroKernel Wide { get; } = new Vector512WideMicroKernel();

    public abstract string Name { get; }

    public abstract bool IsAccelerated { get; }

    // Whether a product is not rounded before it is added, as SummationOrder has it.
    public virtual bool IsFused => true;

    public abstract int TileRows { get; }

    // Columns of every tile; a multiple of 8.
    public abstract int TileColumns { get; }

    /// <summary>
    /// tile[i, j] = (first block ? 0 : tile[i, j]) + Σ over k of a[i, k] · b[k, j], the sum being one chain of fused
    /// multiply-adds from zero in the order of k.
    /// </summary>
    /// <param name="a">Row i starts at a + i · <see cref="SummationOrder.BlockLimit"/>.</param>
    /// <param name="b">[depth, TileColumns] without gaps, aligned to 64 bytes.</param>
    /// <param name="depth">Number of products per sum.</param>
    /// <param name="tile">[rows, TileColumns] without gaps, aligned to 64 bytes.</param>
    /// <param name="rows">1 to <see cref="TileRows"/>.</param>
    /// <param name="isFirst">Whether the tile is overwritten, not added to.</param>
    public abstract void Multiply(float* a, float* b, int depth, float* tile, int rows, bool isFirst);
}
