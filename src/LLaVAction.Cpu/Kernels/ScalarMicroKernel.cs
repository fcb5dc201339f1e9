namespace LLaVAction.Cpu.Kernels;

/// <summary>The tile one sum at a time: what the other variants are tested against, and the last resort.</summary>
internal sealed unsafe class ScalarMicroKernel : MicroKernel
{
    public override string Name => "scalar, 4×8";

    public override bool IsAccelerated => true;

    public override int TileRows => 4;

    public override int TileColumns => 8;

    public override void Multiply(float* a, float* b, int depth, float* tile, int rows, bool isFirst)
    {
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < TileColumns; column++)
            {
                var sum = 0f;
                for (var k = 0; k < depth; k++)
                {
                    sum = MathF.FusedMultiplyAdd(a[(row * SummationOrder.BlockLimit) + k], b[(k * TileColumns) + column], sum);
                }

                var target = tile + (row * TileColumns) + column;
                *target = isFirst ? sum : *target + sum;
            }
        }
    }
}
