using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;
using LLaVAction.Recognizers.Pickles;
using LLaVAction.Testing;

namespace LLaVAction.Core.Tests.Recognizers;

/// <summary>Files of torch.save are read without running anything in them, and never beyond what they hold.</summary>
public sealed class TorchFileTests : IDisposable
{
    private static readonly byte[] SixFloats = MemoryMarshal.AsBytes<float>([0, 1, 2, 3, 4, 5]).ToArray();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_tensor_is_read_in_the_order_of_its_strides()
    {
        Assert.Equal([0f, 1, 2, 3, 4, 5], Read(pickle => pickle.Tensor("0", 6, 0, [2, 3], [3, 1])));
        Assert.Equal([0f, 3, 1, 4, 2, 5], Read(pickle => pickle.Tensor("0", 6, 0, [3, 2], [1, 3])));
        Assert.Equal([2f, 3, 4], Read(pickle => pickle.Tensor("0", 6, 2, [3], [1])));
        Assert.Equal([1f, 3, 5], Read(pickle => pickle.Tensor("0", 6, 1, [3], [2])));
        Assert.Equal([4f], Read(pickle => pickle.Tensor("0", 6, 4, [], [])));
        Assert.Equal([5f], Read(pickle => pickle.Tensor("0", 6, 5, [1, 1], [7, 9])));
        Assert.Empty(Read(pickle => pickle.Tensor("0", 6, 0, [0, 3], [3, 1])));
    }

    [Fact]
    public void The_state_dict_is_found_beside_what_nobody_asks_for()
    {
        // As torch.save writes it: an OrderedDict with the versions of its modules as an attribute, a Namespace, an optimizer.
        var path = _folder.Write("checkpoint.pt", TorchZip.Write(
            pickle => pickle.Dict(
                ("epoch", value => value.Integer(80)),
                ("state_dict", value => value.Global("collections", "OrderedDict").Raw(")R(").Text("module.w").Tensor("0", 6, 0, [6], [1]).Raw("u}").Text("_metadata").Raw("}sb")),
                ("optimizer", value => value.Dict(("momentum", momentum => momentum.Tensor("1", 6, 0, [6], [1])))),
                ("args", value => value.Global("argparse", "Namespace").Raw(")\x81").Dict(("norm_style", text => text.Text("openai")), ("lr", number => number.Float(0.1))).Raw("b"))),
            ("0", SixFloats),
            ("1", SixFloats)));
        using var file = TorchFile.Open(path);

        Assert.Equal(["module.w"], file.StateDict().Keys);
        Assert.Equal("openai", file.Argument("norm_style"));
        Assert.Null(file.Argument("lr"));
        Assert.Null(file.Argument("absent"));
    }

    [Theory]
    [InlineData("os", "system")]
    [InlineData("torch._utils", "_rebuild_parameter")]
    [InlineData("torch", "load")]
    [InlineData("torch", "ComplexFloatStorage")]
    [InlineData("torch.nn.modules.linear", "Linear")]
    [InlineData("builtins", "eval")]
    public void Every_other_global_is_refused_by_name(string module, string name) =>
        Assert.Contains($"names the global {module}.{name}", Problem(TorchZip.Write(pickle => pickle.Global(module, name).Raw(")R"))), StringComparison.Ordinal);

    [Theory]
    [InlineData(6, 0, new long[] { 2, 4 }, new long[] { 4, 1 }, "beyond its storage")]
    [InlineData(6, 1, new long[] { 2, 3 }, new long[] { 3, 1 }, "beyond its storage")]
    [InlineData(6, -1, new long[] { 2, 3 }, new long[] { 3, 1 }, "negative")]
    [InlineData(6, 0, new long[] { 2, 3 }, new long[] { 3, -1 }, "no tuple of sizes")]
    [InlineData(6, 0, new long[] { 2, 3 }, new long[] { 1, 1 }, "overlap")]
    [InlineData(6, 0, new long[] { 2, 3 }, new long[] { 0, 1 }, "overlap")]
    [InlineData(6, 0, new long[] { 2, 3 }, new long[] { 1 }, "missing sizes")]
    [InlineData(6, 0, new long[] { long.MaxValue, long.MaxValue }, new long[] { long.MaxValue, 1 }, "beyond its storage")]
    [InlineData(6, long.MaxValue, new long[] { 2 }, new long[] { long.MaxValue }, "beyond its storage")]
    [InlineData(6, 0, new long[] { 2 }, new long[] { 5 }, "gaps", 2)]
    [InlineData(7, 0, new long[] { 6 }, new long[] { 1 }, "but the zip holds 24 bytes")]
    [InlineData(long.MaxValue, 0, new long[] { 6 }, new long[] { 1 }, "but the zip holds 24 bytes")]
    public void A_tensor_lies_within_its_storage(long count, long offset, long[] shape, long[] strides, string expected, int repeats = 1)
    {
        var data = Enumerable.Repeat(SixFloats, repeats).SelectMany(static bytes => bytes).ToArray();
        Assert.Contains(expected, Problem(TorchZip.Write(pickle => pickle.Tensor("0", count * repeats, offset, shape, [.. strides.Select(stride => stride * (repeats == 1 ? 1 : 2))]), ("0", data))), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_zips_are_refused()
    {
        Assert.Contains("has no data.pkl", Problem(TorchZip.Write([("constants.pkl", [1], false)])), StringComparison.Ordinal);
        Assert.Contains("is compressed", Problem(TorchZip.Write([("data.pkl", new byte[1 << 20], true)])), StringComparison.Ordinal);
        Assert.Contains("two entries data/0", Problem(TorchZip.Write(static pickle => pickle.None(), ("0", SixFloats), ("0", SixFloats))), StringComparison.Ordinal);
        Assert.Contains("another byte order", Problem(TorchZip.Write([("data.pkl", PickleBuilder.Write(2, static pickle => pickle.None()), false), ("byteorder", "big"u8.ToArray(), false)])), StringComparison.Ordinal);
        Assert.Contains("a storage '9' of 6 F32 elements, but the zip holds no bytes", Problem(TorchZip.Write(static pickle => pickle.Tensor("9", 6, 0, [6], [1]))), StringComparison.Ordinal);
        Assert.Contains("a persistent id", Problem(TorchZip.Write(static pickle => pickle.Text("0").Raw("Q"))), StringComparison.Ordinal);
        Assert.Contains("no zip", Problem("not a zip"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("no zip", Problem(PickleBuilder.Write(2, static pickle => pickle.None())), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_storage_is_found_by_its_checksum()
    {
        var bytes = TorchZip.Write(static pickle => pickle.Tensor("0", 6, 0, [3], [1]), ("0", SixFloats));
        var position = bytes.AsSpan().IndexOf(SixFloats);
        bytes[position + 20] ^= 1;
        var path = _folder.Write("damaged.pt", bytes);
        using var file = TorchFile.Open(path);

        Assert.Contains("is damaged", Assert.Throws<InputException>(() => file.Read((TorchTensor)file.Root!)).Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Any_damage_to_a_checkpoint_is_one_clear_error()
    {
        var golden = GoldenFolder.PathOf("avion-tiny/checkpoint.pt");
        Skip.IfNot(File.Exists(golden), "no avion-tiny in the golden folder");
        var whole = File.ReadAllBytes(golden);
        var path = _folder["mutant.pt"];
        var refused = 0;
        var largest = 0L;
        Prop.ForAll(Mutation.Of(whole).ToArbitrary(), damaged =>
        {
            File.WriteAllBytes(path, damaged);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using var file = TorchFile.Open(path);
                foreach (var tensor in file.StateDict().Values)
                {
                    file.Read(tensor);
                }
            }
            catch (InputException)
            {
                refused++;
            }

            largest = Math.Max(largest, GC.GetAllocatedBytesForCurrentThread() - before);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Tests()).WithQuietOnSuccess(true));

        Assert.InRange(refused, Tests() / 4, Tests());
        Assert.InRange(largest, 0, 64L << 20);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>The long run is for a machine with time: LLAVACTION_MUTATIONS=10000.</summary>
    private static int Tests() => int.TryParse(Environment.GetEnvironmentVariable("LLAVACTION_MUTATIONS"), System.Globalization.CultureInfo.InvariantCulture, out var count) ? count : 400;

    private float[] Read(Action<PickleBuilder> tensor)
    {
        using var file = TorchFile.Open(_folder.Write("tensor.pt", TorchZip.Write(tensor, ("0", SixFloats))));
        return MemoryMarshal.Cast<byte, float>(file.Read((TorchTensor)file.Root!)).ToArray();
    }

    private string Problem(byte[] file)
    {
        var path = _folder.Write("problem.pt", file);
        return Assert.Throws<InputException>(() => TorchFile.Open(path)).Message;
    }
}
