using System.IO.Compression;

namespace LLaVAction.Testing;

/// <summary>Writes files as <c>torch.save</c> does, and as an attacker might.</summary>
public static class TorchZip
{
    /// <summary>A file of a pickle and storages, its entries stored.</summary>
    public static byte[] Write(Action<PickleBuilder> value, params (string Key, byte[] Data)[] storages) =>
        Write([("data.pkl", PickleBuilder.Write(2, value), false), ("byteorder", "little"u8.ToArray(), false), .. storages.Select(static storage => ("data/" + storage.Key, storage.Data, false))]);

    /// <summary>A file of any entries below the folder <c>archive</c>, some of them compressed.</summary>
    public static byte[] Write((string Name, byte[] Data, bool IsCompressed)[] entries)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, data, isCompressed) in entries)
            {
                using var stream = zip.CreateEntry("archive/" + name, isCompressed ? CompressionLevel.SmallestSize : CompressionLevel.NoCompression).Open();
                stream.Write(data);
            }
        }

        return file.ToArray();
    }

    /// <summary>A tensor over a storage.</summary>
    public static PickleBuilder Tensor(
        this PickleBuilder pickle, string storage, long count, long offset, long[] shape, long[] strides, string type = "FloatStorage")
    {
        pickle.Global("torch._utils", "_rebuild_tensor_v2").Raw("((");
        pickle.Text("storage").Global("torch", type).Text(storage).Text("cpu").Integer(count).Raw("tQ").Integer(offset);
        return pickle.Tuple(Sizes(shape)).Tuple(Sizes(strides)).Boolean(false).Global("collections", "OrderedDict").Raw(")RtR");
    }

    private static Action<PickleBuilder>[] Sizes(long[] sizes) => [.. sizes.Select(size => (Action<PickleBuilder>)(pickle => pickle.Integer(size)))];
}
