using System.Runtime.Intrinsics;

namespace LLaVAction.Cpu.Kernels;

/// <summary>The five instructions of float32 registers of one width that a matrix product needs.</summary>
internal unsafe interface ILanes<TVector>
    where TVector : struct
{
    static abstract int Count { get; }

    static abstract TVector Load(float* source);

    static abstract TVector Broadcast(float value);

    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector sum);

    static abstract TVector Add(TVector left, TVector right);

    static abstract void Store(TVector source, float* target);
}

/// <summary>128 bits.</summary>
internal readonly unsafe struct Lanes128 : ILanes<Vector128<float>>
{
    public static int Count => 4;

    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    public static Vector128<float> MultiplyAdd(Vector128<float> left, Vector128<float> right, Vector128<float> sum) => Vector128.MultiplyAddEstimate(left, right, sum);

    public static Vector128<float> Add(Vector128<float> left, Vector128<float> right) => left + right;

    public static void Store(Vector128<float> source, float* target) => Vector128.Store(source, target);
}

/// <summary>256 bits.</summary>
internal readonly unsafe struct Lanes256 : ILanes<Vector256<float>>
{
    public static int Count => 8;

    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    public static Vector256<float> MultiplyAdd(Vector256<float> left, Vector256<float> right, Vector256<float> sum) => Vector256.FusedMultiplyAdd(left, right, sum);

    public static Vector256<float> Add(Vector256<float> left, Vector256<float> right) => left + right;

    public static void Store(Vector256<float> source, float* target) => Vector256.Store(source, target);
}

/// <summary>512 bits.</summary>
internal readonly unsafe struct Lanes512 : ILanes<Vector512<float>>
{
    public static int Count => 16;

    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    public static Vector512<float> MultiplyAdd(Vector512<float> left, Vector512<float> right, Vector512<float> sum) => Vector512.FusedMultiplyAdd(left, right, sum);

    public static Vector512<float> Add(Vector512<float> left, Vector512<float> right) => left + right;

    public static void Store(Vector512<float> source, float* target) => Vector512.Store(source, target);
}
