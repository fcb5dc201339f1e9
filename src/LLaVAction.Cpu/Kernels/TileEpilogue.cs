using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LLaVAction.Cpu.Kernels;

/// <summary>Carries finished tiles of sums into the output: bias, then activation or residual. See <see cref="ScalarLinear.Finish"/>.</summary>
internal static unsafe class TileEpilogue
{
    /// <summary>y[i, j] = epilogue(tile[i, j] + bias[j]) for the rows and columns that exist.</summary>
    /// <param name="tile">[rows, tileColumns].</param>
    /// <param name="tileColumns">Columns of the tile.</param>
    /// <param name="rows">Rows of the output.</param>
    /// <param name="columns">Columns of the output; no more than the tile's.</param>
    /// <param name="bias">Bias of the first column, or null.</param>
    /// <param name="y">Where the tile goes.</param>
    /// <param name="stride">Values from one row of the output to the next.</param>
    /// <param name="epilogue">What to make of the sums.</param>
    public static void Finish(float* tile, int tileColumns, int rows, int columns, float* bias, float* y, int stride, Epilogue epilogue)
    {
        switch (epilogue)
        {
            case Epilogue.None:
                Finish<Plain>(tile, tileColumns, rows, columns, bias, y, stride, epilogue);
                break;
            case Epilogue.Add:
                Finish<Residual>(tile, tileColumns, rows, columns, bias, y, stride, epilogue);
                break;
            case Epilogue.GeluTanh:
                Finish<TanhForm>(tile, tileColumns, rows, columns, bias, y, stride, epilogue);
                break;
            default:
                Finish<ExactForm>(tile, tileColumns, rows, columns, bias, y, stride, epilogue);
                break;
        }
    }

    // y[i, j] = silu(gate[i, j] + gateBias[j]) · (up[i, j] + upBias[j]).
    public static void FinishSwiGlu(
        float* gate,
        float* up,
        int tileColumns,
        int rows,
        int columns,
        float* gateBias,
        float* upBias,
        float* y,
        int stride)
    {
        for (var row = 0; row < rows; row++)
        {
            var column = 0;
            for (; column + 8 <= columns; column += 8)
            {
                var gated = WithBias(Vector256.Load(gate + column), gateBias, column);
                var raised = WithBias(Vector256.Load(up + column), upBias, column);
                (VectorMath.Silu(gated) * raised).Store(y + column);
            }

            for (; column < columns; column++)
            {
                var gated = gateBias is null ? gate[column] : gate[column] + gateBias[column];
                var raised = upBias is null ? up[column] : up[column] + upBias[column];
                y[column] = ScalarMath.Silu(gated) * raised;
            }

            gate += tileColumns;
            up += tileColumns;
            y += stride;
        }
    }

    private static void Finish<TForm>(float* tile, int tileColumns, int rows, int columns, float* bias, float* y, int stride, Epilogue epilogue)
        where TForm : struct, IForm
    {
        for (var row = 0; row < rows; row++)
        {
            var column = 0;
            for (; column + 8 <= columns; column += 8)
            {
                TForm.Apply(WithBias(Vector256.Load(tile + column), bias, column), y + column).Store(y + column);
            }

            for (; column < columns; column++)
            {
                y[column] = ScalarLinear.Finish(tile[column], bias is null ? null : bias[column], epilogue, y[column]);
            }

            tile += tileColumns;
            y += stride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> WithBias(Vector256<float> sums, float* bias, int column)
        => bias is null ? sums : sums + Vector256.Load(bias + column);

    private interface IForm
    {
        static abstract Vector256<float> Apply(Vector256<float> value, float* previous);
    }

    private readonly struct Plain : IForm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Apply(Vector256<float> value, float* previous) => value;
    }

    private readonly struct Residual : IForm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Apply(Vector256<float> value, float* previous) => Vector256.Load(previous) + value;
    }

    private readonly struct TanhForm : IForm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Apply(Vector256<float> value, float* previous) => VectorMath.GeluTanh(value);
    }

    private readonly struct ExactForm : IForm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Apply(Vector256<float> value, float* previous) => VectorMath.GeluErf(value);
    }
}
