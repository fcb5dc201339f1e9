using System.Runtime.InteropServices;
using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Testing;

/// <summary>The committed parity pack, made by transformers from the demo's model, and damaged copies of it.</summary>
public static class ParityPacks
{
    /// <summary>The committed pack.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "tests", "Goldens", "parity", "demo");

    /// <summary>The checkpoint it was made from.</summary>
    public static string Checkpoint { get; } = Path.Combine(Repository.Root, "data", "demo", "tiny-random");

    /// <summary>Copies the pack to a folder, where it may be changed.</summary>
    public static string CopyTo(TemporaryFolder folder)
    {
        var target = Directory.CreateDirectory(folder["pack"]).FullName;
        foreach (var file in Directory.GetFiles(Folder))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }

        return target;
    }

    /// <summary>Changes one tensor of the first clip: bytes and shape; leaves it out for null.</summary>
    public static void Change(string pack, string tensor, Func<TensorToWrite, byte[], TensorToWrite?> change)
    {
        var path = Path.Combine(pack, "clip-000.safetensors");
        var tensors = new List<TensorToWrite?>();
        using (var file = SafetensorsFile.Open(path))
        {
            foreach (var view in file.Tensors.Values)
            {
                var bytes = view.Bytes.ToArray();
                var same = TensorToWrite.Of(view.Name, view.ElementType, [.. view.Shape], bytes);
                tensors.Add(view.Name == tensor ? change(same, bytes) : same);
            }
        }

        SafetensorsWriter.Write(path, [.. tensors.OfType<TensorToWrite>()]);
    }

    /// <summary>Makes one channel (of the last axis) of a float tensor of the first clip half as large again, beyond 0.1.</summary>
    public static void AlterChannel(string pack, string tensor, int channel) => Change(pack, tensor, (same, bytes) =>
    {
        var values = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        for (var i = channel; i < values.Length; i += (int)same.Shape[^1])
        {
            values[i] = (1.5f * values[i]) + 0.1f;
        }

        return same;
    });
}
