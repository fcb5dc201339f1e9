using System.Buffers.Binary;
using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Ffmpeg;

/// <summary>
/// An image file, looked at from segment to segment, so that what goes to the decoder is one whole image and nothing else: in a
/// stream of images a cut one would borrow from the next, and bytes after its end, an embedded thumbnail or a turn written into
/// the metadata would pass for pictures or change them.
/// </summary>
/// <param name="Codec">ffmpeg's name of the codec.</param>
/// <param name="Header">What says its size and the kind of its samples, byte for byte.</param>
/// <param name="Parts">Stretches of the file that make the image.</param>
internal sealed record ImageFile(string Codec, ReadOnlyMemory<byte> Header, IReadOnlyList<ReadOnlyMemory<byte>> Parts)
{
    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Reads files that are all of one codec.</summary>
    /// <exception cref="FrameReadException">A file cannot be read, is not a whole image, or of another codec than the first.</exception>
    public static async Task<IReadOnlyList<ImageFile>> ReadAllAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var images = new List<ImageFile>(paths.Count);
        foreach (var path in paths)
        {
            try
            {
                var image = Parse(await File.ReadAllBytesAsync(path, cancellationToken)) ?? throw Failure(path, "is not a whole JPEG or PNG image.");
                images.Add(images.Count == 0 || image.Codec == images[0].Codec ? image : throw Failure(path, $"is a {image.Codec} image among others of {images[0].Codec}."));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw Failure(path, $"cannot be read: {failure.Message}", failure);
            }
        }

        return images;
    }

    public static async Task WriteAllAsync(IEnumerable<ImageFile> images, Stream stream, CancellationToken cancellationToken)
    {
        foreach (var part in images.SelectMany(static image => image.Parts))
        {
            await stream.WriteAsync(part, cancellationToken);
        }
    }

    // The image in a file's bytes; null where there is no whole one.
    public static ImageFile? Parse(ReadOnlyMemory<byte> file) =>
        file.Span.StartsWith(PngSignature) ? ParsePng(file)
        : file.Span.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? ParseJpeg(file)
        : null;

    private static ImageFile? ParsePng(ReadOnlyMemory<byte> file)
    {
        var parts = new List<ReadOnlyMemory<byte>> { file[..PngSignature.Length] };
        for (var position = PngSignature.Length; position + 12 <= file.Length;)
        {
            // Length, type, data, check sum.
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.Span[position..]);
            if (length > file.Length - position - 12)
            {
                return null;
            }

            var chunk = file.Slice(position, (int)length + 12);
            position += chunk.Length;
            var type = chunk.Span[4..8];
            if (!type.SequenceEqual("eXIf"u8))
            {
                parts.Add(chunk);
            }

            if (type.SequenceEqual("IEND"u8))
            {
                return new ImageFile("png", parts[1], parts);
            }
        }

        return null;
    }

    private static ImageFile? ParseJpeg(ReadOnlyMemory<byte> file)
    {
        const byte EndOfImage = 0xD9;
        const byte StartOfScan = 0xDA;
        var bytes = file.Span;
        var header = ReadOnlyMemory<byte>.Empty;
        var parts = new List<ReadOnlyMemory<byte>> { file[..2] };
        for (var position = 2; position + 4 <= bytes.Length || (position + 2 <= bytes.Length && bytes[position + 1] == EndOfImage);)
        {
            if (bytes[position] != 0xFF)
            {
                return null;
            }

            var marker = bytes[position + 1];
            if (marker == 0xFF)
            {
                position++;
                continue;
            }

            if (marker == EndOfImage)
            {
                parts.Add(file.Slice(position, 2));
                return new ImageFile("mjpeg", header, parts);
            }

            var end = position + 2 + BinaryPrimitives.ReadUInt16BigEndian(bytes[(position + 2)..]);
            if (end < position + 4 || end > bytes.Length)
            {
                return null;
            }

            header = marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC) ? file[position..end] : header;
            end = marker == StartOfScan ? EndOfScan(bytes, end) : end;
            if (!IsMetadata(marker))
            {
                parts.Add(file[position..end]);
            }

            position = end;
        }

        return null;
    }

    // Application data but JFIF's and Adobe's, which say how colours are stored, and comments.
    private static bool IsMetadata(byte marker) => marker is >= 0xE1 and <= 0xEF and not 0xEE or 0xFE;

    private static int EndOfScan(ReadOnlySpan<byte> bytes, int start)
    {
        for (var position = start; ; position += 2)
        {
            var next = bytes[position..].IndexOf((byte)0xFF);
            if (next < 0 || position + next + 1 >= bytes.Length)
            {
                return bytes.Length;
            }

            position += next;
            if (bytes[position + 1] is not (0 or (>= 0xD0 and <= 0xD7)))
            {
                return position;
            }
        }
    }

    private static FrameReadException Failure(string path, string message, Exception? inner = null) =>
        new(FrameReadFailure.DecodeError, $"{path}: {message}", inner);
}
