using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using LLaVAction.Epic;

namespace LLaVAction.Recognizers.Writing;

/// <summary>Writes NumPy arrays: as AVION's pickle (protocol 4, readable by NumPy 1 and 2), and as <c>.npz</c>.</summary>
internal static class ArrayWriter
{
    // A dict of 'logits' and 'probs' [clips, classes] float32 and 'targets' [clips] int64.
    public static void WriteAvionPickle(Stream stream, ScoredClips scored)
    {
        var columns = scored.Classes.Select(static (action, column) => (action, column)).ToDictionary(static item => item.action, static item => item.column);
        var shape = $"{Integer(scored.Clips.Count)}{Integer(scored.Classes.Count)}\x86";
        Write(stream, "\x80\x04}(");
        Array("logits", shape, "f4", 4L * scored.Clips.Count * scored.Classes.Count, () => WriteRows(stream, scored, static (logits, _) => logits));
        Array("probs", shape, "f4", 4L * scored.Clips.Count * scored.Classes.Count, () => WriteRows(stream, scored, static (_, probabilities) => probabilities));
        Array("targets", $"{Integer(scored.Clips.Count)}\x85", "i8", 8L * scored.Clips.Count, () =>
        {
            foreach (var clip in scored.Clips)
            {
                stream.Write(BitConverter.GetBytes((long)columns.GetValueOrDefault(clip.Class, -1)));
            }
        });
        Write(stream, "u.");

        // numpy.core.multiarray._reconstruct(ndarray, (0,), b'b'), and its state (1, shape, dtype, False, bytes).
        void Array(string name, string sizes, string type, long bytes, Action writeBytes)
        {
            Write(stream, $"{Text(name)}{Text("numpy.core.multiarray")}{Text("_reconstruct")}\x93{Text("numpy")}{Text("ndarray")}\x93K\0\x85" + "C\u0001b\x87R(K\u0001");
            Write(stream, $"{sizes}{Text("numpy")}{Text("dtype")}\x93{Text(type)}\x89\x88\x87R(K\u0003{Text("<")}NNNJ\xFF\xFF\xFF\xFFJ\xFF\xFF\xFF\xFFK\0tb\x89\x8E");
            stream.Write(BitConverter.GetBytes(bytes));
            writeBytes();
            Write(stream, "tb");
        }
    }

    // The entries of an '.npz': logits, probs, narration_ids and classes ('verb:noun').
    public static void WriteNpz(Func<string, Stream> open, ScoredClips scored)
    {
        Rows("logits", static (logits, _) => logits);
        Rows("probs", static (_, probabilities) => probabilities);
        Texts("narration_ids", [.. scored.Clips.Select(static clip => clip.NarrationId)]);
        Texts("classes", [.. scored.Classes.Select(static (ActionClass action) => action.ToString())]);

        void Rows(string name, Func<float[], float[], float[]> choose)
        {
            using var entry = open(name + ".npy");
            WriteHeader(entry, "<f4", string.Create(CultureInfo.InvariantCulture, $"{scored.Clips.Count}, {scored.Classes.Count}"));
            WriteRows(entry, scored, choose);
        }

        void Texts(string name, string[] texts)
        {
            var width = texts.Max(static text => text.Length);
            using var entry = open(name + ".npy");
            WriteHeader(entry, string.Create(CultureInfo.InvariantCulture, $"<U{width}"), string.Create(CultureInfo.InvariantCulture, $"{texts.Length},"));
            foreach (var text in texts)
            {
                entry.Write(Encoding.UTF32.GetBytes(text.PadRight(width, '\0')));
            }
        }
    }

    // The header of the .npy format, version 1: padded to a multiple of 64 bytes.
    private static void WriteHeader(Stream stream, string type, string shape)
    {
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({shape}), }}";
        header = header.PadRight(((10 + header.Length + 1 + 63) / 64 * 64) - 11) + "\n";
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)header.Length);
        Write(stream, "\x93NUMPY\u0001\0");
        stream.Write(length);
        Write(stream, header);
    }

    private static void WriteRows(Stream stream, ScoredClips scored, Func<float[], float[], float[]> choose)
    {
        var logits = new float[scored.Classes.Count];
        var probabilities = new float[logits.Length];
        for (var row = 0; row < scored.Clips.Count; row++)
        {
            scored.Read(row, logits, probabilities);
            stream.Write(MemoryMarshal.AsBytes(choose(logits, probabilities).AsSpan()));
        }
    }

    private static string Text(string ascii) => $"\x8C{(char)ascii.Length}{ascii}";

    private static string Integer(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return "J" + Encoding.Latin1.GetString(bytes);
    }

    private static void Write(Stream stream, string latin1) => stream.Write(Encoding.Latin1.GetBytes(latin1));
}
