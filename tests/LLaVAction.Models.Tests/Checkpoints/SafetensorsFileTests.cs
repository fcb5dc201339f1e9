using System.Buffers.Binary;
using System.Text;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Testing;

namespace LLaVAction.Models.Tests.Checkpoints;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_written_file_reads_back()
    {
        var path = _folder["a.safetensors"];
        SafetensorsWriter.Write(path, [
            TensorToWrite.Of("matrix", [2, 3], [1, 2, 3, 4, 5, 6]),
            TensorToWrite.Of("scalar", [], [7]),
            TensorToWrite.Of("empty", [0, 4], []),
            TensorToWrite.Of("ids", ElementType.Int64, [1], BitConverter.GetBytes(9L)),
        ]);

        using var file = SafetensorsFile.Open(path);

        Assert.Equal("matrix scalar empty ids", string.Join(' ', file.Tensors.Keys));
        Assert.Equal([2L, 3L], file.Tensors["matrix"].Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], file.Tensors["matrix"].ToFloat32());
        Assert.Equal([7], file.Tensors["scalar"].ToFloat32());
        Assert.Empty(file.Tensors["empty"].ToFloat32());
        Assert.Equal(9L, BinaryPrimitives.ReadInt64LittleEndian(file.Tensors["ids"].Bytes));
        Assert.Equal("pt", file.Metadata["format"]);
    }

    [Fact]
    public void Part_of_a_tensor_can_be_copied()
    {
        SafetensorsWriter.Write(_folder["a.safetensors"], [TensorToWrite.Of("t", [5], [1, 2, 3, 4, 5])]);
        using var file = SafetensorsFile.Open(_folder["a.safetensors"]);
        var part = new float[2];

        file.Tensors["t"].CopyTo(part, firstElement: 3);

        Assert.Equal([4, 5], part);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Tensors["t"].CopyTo(new float[3], firstElement: 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Tensors["t"].GetBytes(17, 4).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Tensors["t"].GetBytes(long.MaxValue, 4).Length);
    }

    [Fact]
    public void Elements_of_other_types_are_refused_when_asked_for_and_not_before()
    {
        var data = new byte[12];
        var path = WriteRaw("""{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"NEW_TYPE","shape":[3],"data_offsets":[8,12]}}""", data);

        using var file = SafetensorsFile.Open(path);

        Assert.Equal(ElementType.Other, file.Tensors["a"].ElementType);
        Assert.Equal(12, file.Tensors["a"].Bytes.Length + file.Tensors["b"].Bytes.Length);
        var failure = Assert.Throws<InputException>(() => file.Tensors["b"].ToFloat32());
        Assert.Contains("'NEW_TYPE'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_closed_file_gives_no_more_addresses()
    {
        SafetensorsWriter.Write(_folder["a.safetensors"], [TensorToWrite.Of("t", [1], [1])]);
        var file = SafetensorsFile.Open(_folder["a.safetensors"]);
        var tensor = file.Tensors["t"];
        file.Dispose();
        file.Dispose();

        Assert.Throws<ObjectDisposedException>(() => tensor.Address);
        Assert.Throws<ObjectDisposedException>(() => tensor.ToFloat32());
    }

    [Theory]
    [InlineData("", "does not begin")]
    [InlineData("[]", "does not begin")]
    [InlineData(" {}", "does not begin")]
    [InlineData("{", "not valid JSON")]
    [InlineData("{}{}", "not valid JSON")]
    [InlineData("""{"a":1}""", "is not an object")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}""", "twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", "lacks")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", "lacks")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}""", "unknown key 'x'")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "given twice")]
    [InlineData("""{"a":{"dtype":4,"shape":[2],"data_offsets":[0,8]}}""", "of the wrong kind")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,8]}}""", "64 bits")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}""", "needs 18446744073709551616 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "needs 12 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "before it begins")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "cut short")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "overlap or a gap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "overlap or a gap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "the file holds 8")]
    [InlineData("""{"__metadata__":{"a":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "is not a text")]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "twice")]
    public void A_malformed_header_is_refused_with_its_reason(string header, string reason)
    {
        var path = WriteRaw(header, new byte[8]);

        var failure = Assert.Throws<InputException>(() => SafetensorsFile.Open(path));

        Assert.StartsWith(path, failure.Message, StringComparison.Ordinal);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(9UL)]
    [InlineData(100_000_001UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    public void A_header_length_beyond_the_file_is_refused(ulong length)
    {
        var file = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(file, length);
        File.WriteAllBytes(_folder["a.safetensors"], file);

        Assert.Throws<InputException>(() => SafetensorsFile.Open(_folder["a.safetensors"]));
    }

    [Fact]
    public void Missing_empty_and_short_files_are_refused()
    {
        File.WriteAllBytes(_folder["empty.safetensors"], []);
        File.WriteAllBytes(_folder["short.safetensors"], [1, 2, 3]);

        Assert.Throws<InputException>(() => SafetensorsFile.Open(_folder["none.safetensors"]));
        Assert.Throws<InputException>(() => SafetensorsFile.Open(_folder["no/none.safetensors"]));
        Assert.Throws<InputException>(() => SafetensorsFile.Open(_folder.FullName));
        Assert.Throws<InputException>(() => SafetensorsFile.Open(_folder["empty.safetensors"]));
        Assert.Throws<InputException>(() => SafetensorsFile.Open(_folder["short.safetensors"]));
    }

    private string WriteRaw(string header, byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        File.WriteAllBytes(_folder["raw.safetensors"], [.. length, .. json, .. data]);
        return _folder["raw.safetensors"];
    }
}
