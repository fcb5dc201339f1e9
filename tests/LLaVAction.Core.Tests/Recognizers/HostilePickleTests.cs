using LLaVAction.Recognizers;
using LLaVAction.Testing;
using LLaVAction.Tests;

namespace LLaVAction.Core.Tests.Recognizers;

/// <summary>Pickles that would run code, or claim what the file does not hold, are refused by name and place.</summary>
public sealed class HostilePickleTests
{
    [Theory]
    [InlineData("os", "system")]
    [InlineData("posix", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("builtins", "getattr")]
    [InlineData("__builtin__", "eval")]
    [InlineData("subprocess", "Popen")]
    [InlineData("numpy.core.multiarray", "fromfile")]
    [InlineData("numpy", "load")]
    [InlineData("_codecs", "decode")]
    [InlineData("collections", "defaultdict")]
    [InlineData("torch._utils", "_rebuild_tensor_v2")]
    public void Every_other_global_is_refused_by_name(string module, string name)
    {
        using var fixture = new DumpFixture();
        foreach (var protocol in new[] { 2, 4 })
        {
            var problem = fixture.Problem(PickleBuilder.Write(protocol, pickle => pickle.Global(module, name).Tuple(value => value.Text("id")).Raw("R")));

            Assert.Contains($"names the global {module}.{name}; expected", problem, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("P1\n", "PersistentId")]
    [InlineData("K\x01Q", "BinPersistentId")]
    [InlineData("ios\nsystem\n", "Inst")]
    [InlineData("(o", "Obj")]
    [InlineData("\x81", "NewObj")]
    [InlineData("\x92", "NewObjEx")]
    [InlineData("\x82\x01", "Ext1")]
    [InlineData("\x97", "NextBuffer")]
    [InlineData("\x98", "ReadOnlyBuffer")]
    [InlineData("S'a'\n", "0x53 is no opcode")]
    [InlineData("\xFF", "0xFF is no opcode")]
    public void Opcodes_that_build_objects_by_code_are_refused(string opcodes, string expected)
    {
        using var fixture = new DumpFixture();

        Assert.Contains(expected, fixture.Problem(PickleBuilder.Write(4, pickle => pickle.Raw(opcodes))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\x8E\x00\xE4\x0B\x54\x02\x00\x00\x00", "10,000,000,000 bytes are claimed")] // BINBYTES8 of 10 GB
    [InlineData("\x96\x00\xE4\x0B\x54\x02\x00\x00\x00", "10,000,000,000 bytes are claimed")] // BYTEARRAY8
    [InlineData("\x8D\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", "bytes are claimed")] // BINUNICODE8
    [InlineData("B\xFF\xFF\xFF\xFF", "4,294,967,295 bytes are claimed")]
    [InlineData("X\xFF\xFF\xFF\x7F", "2,147,483,647 bytes are claimed")]
    [InlineData("\x8B\xFF\xFF\xFF\xFF", "bytes are claimed")] // LONG4
    [InlineData("\x95\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", "bytes are claimed")] // FRAME
    [InlineData("h\x05", "recalls a value it never stored")]
    [InlineData("0", "a value is missing")]
    [InlineData("R", "a value is missing")]
    [InlineData("t", "a mark is missing")]
    [InlineData("]K\x01K\x02s", "no dict")]
    [InlineData("}(K\x01u", "no value")]
    [InlineData("K\x01K\x02\x61", "no list")]
    [InlineData("K\x01)R", "no allowed global")]
    [InlineData("K\x01K\x02\x62", "a state that NumPy never writes")]
    [InlineData("\x8A\x09\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F", "more than 64 bits")]
    [InlineData("\x8A\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01", "more than 16 bytes")]
    [InlineData("\x8C\x01\xFF", "not UTF-8")]
    [InlineData("K\x01K\x02", "left over")]
    [InlineData("K\x01.K\x02", "bytes follow the end")]
    [InlineData("N", "the pickle holds no dict")]
    [InlineData("}", "the pickle has no keys, expected AVION's")]
    public void Malformed_or_lying_pickles_fail_cleanly(string opcodes, string expected)
    {
        using var fixture = new DumpFixture();
        var allocated = GC.GetAllocatedBytesForCurrentThread();

        var problem = fixture.Problem(PickleBuilder.Write(4, pickle => pickle.Raw(opcodes)));

        Assert.Contains(expected, problem, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 4 << 20);
    }

    [Theory]
    [InlineData(new long[] { 50_000, 50_000 }, "10,000,000,000 bytes")]
    [InlineData(new long[] { long.MaxValue, long.MaxValue }, "claims")]
    [InlineData(new long[] { long.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue }, "more bytes than there can be")]
    [InlineData(new long[] { 1, 1, 1, 1, 1 }, "more than 4 dimensions")]
    [InlineData(new long[] { -1, 4 }, "no tuple of sizes")]
    [InlineData(new long[] { 4, 7 }, "4 x 7 float32 claims 112 bytes")]
    public void Arrays_claim_no_more_than_their_bytes(long[] shape, string expected)
    {
        using var fixture = new DumpFixture();
        foreach (var protocol in new[] { 2, 3, 4, 5 })
        {
            var problem = fixture.Problem(PickleBuilder.Write(protocol, pickle => pickle.Dict(("probs", value => value.Array("f4", shape, DumpFixture.Bytes(DumpFixture.Scores))))));

            Assert.Contains(expected, problem, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("V8")]
    [InlineData("M8[ns]")]
    [InlineData("c8")]
    [InlineData("f16")]
    [InlineData("U99999999")]
    [InlineData("")]
    public void Other_element_types_are_refused(string type)
    {
        using var fixture = new DumpFixture();

        Assert.Contains("the element type", fixture.Problem(DumpFixture.Avion(type: type)), StringComparison.Ordinal);
    }

    [Fact]
    public void Bombs_of_values_marks_and_memo_entries_are_bounded()
    {
        using var fixture = new DumpFixture();

        Assert.Contains("more than 4,000,000 values", fixture.Problem(PickleBuilder.Write(4, pickle => pickle.Raw(Enumerable.Repeat((byte)'}', 5_000_000).ToArray()))), StringComparison.Ordinal);
        Assert.Contains("nested more than 1000 deep", fixture.Problem(PickleBuilder.Write(4, pickle => pickle.Raw(Enumerable.Repeat((byte)'(', 100_000).ToArray()))), StringComparison.Ordinal);
        Assert.Contains("more than 4,000,000 values", fixture.Problem(PickleBuilder.Write(4, pickle => pickle.None().Raw(Enumerable.Repeat((byte)0x94, 5_000_000).ToArray()))), StringComparison.Ordinal);
    }

    [Fact]
    public void Copies_of_a_list_count_too()
    {
        // A list of 10,000 pairs, turned into an OrderedDict again and again.
        using var fixture = new DumpFixture();
        var problem = fixture.Problem(PickleBuilder.Write(4, pickle =>
        {
            pickle.Global("collections", "OrderedDict").Raw(0x94).Raw("0](");
            for (var i = 0; i < 10_000; i++)
            {
                pickle.Raw("NN\x86");
            }

            pickle.Raw("e\x94\x30");
            for (var i = 0; i < 2000; i++)
            {
                pickle.Raw("h\0h\x01\x85R0");
            }

            pickle.None();
        }));

        Assert.Contains("more than 4,000,000 values", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_kind_of_value_python_writes_may_stand_beside_the_arrays()
    {
        using var fixture = new DumpFixture();
        foreach (var protocol in new[] { 2, 3, 4, 5 })
        {
            var bytes = PickleBuilder.Write(protocol, pickle => pickle.Dict(
                ("probs", value => value.Array("f4", [4, 6], DumpFixture.Bytes(DumpFixture.Scores))),
                ("targets", value => value.Array("i8", [4], DumpFixture.Bytes(DumpFixture.Targets))),
                ("numbers", value => value.List(item => item.Integer(-5), item => item.Integer(1L << 40), item => item.Float(0.5), item => item.Boolean(true), item => item.None())),
                ("texts", value => value.Tuple(item => item.Text("é"), item => item.Bytes([1, 2, 200]), item => item.Bytes([]))),
                ("set", value => value.Global("builtins", "set").Tuple(item => item.List(member => member.Integer(1))).Raw("R")),
                ("ordered", value => value.Global("collections", "OrderedDict").Raw(")R").Text("key").Text("value").Raw("s")),
                ("bytearray", value => value.Global("builtins", "bytearray").Tuple(item => item.Bytes([7])).Raw("R")),
                ("scalar", value => value.Global("numpy.core.multiarray", "scalar").Tuple(item => item.Type("f8", isBigEndian: false), item => item.Bytes(new byte[8])).Raw("R"))));

            using var dump = fixture.Read(bytes);

            fixture.AssertExpected(dump);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Damaged_pickles_are_read_or_refused_never_worse(int protocol)
    {
        using var fixture = new DumpFixture();
        var request = fixture.Request with { Classes = new ClassOrder("c", DumpFixture.Classes) };
        foreach (var valid in new[] { DumpFixture.Avion(protocol), DumpFixture.Tim(protocol, DumpFixture.TimIds) })
        {
            Damage.ForEach(valid, bytes =>
            {
                var path = fixture.Write("damaged", bytes);
                return () => PredictionDumpReader.Read(path, request);
            });
        }
    }
}
