using System.Buffers.Text;

namespace LLaVAction.Video.Ffmpeg;

/// <summary>
/// Reads a stream of binary PPM images one after the other: raw RGB in which every frame states its own size. Pixels go
/// from the pipe straight into the array that is handed out.
/// </summary>
internal sealed class PpmReader(Stream stream)
{
    private const int LargestSide = 16_384;

    private readonly byte[] _buffer = new byte[1024];
    private int _position;
    private int _length;

    /// <summary>All images that come.</summary>
    /// <exception cref="InvalidDataException">What comes is not a PPM image, or it ends too early.</exception>
    public static async Task<List<PpmImage>> ReadAllAsync(Stream stream, Action onSignOfLife, CancellationToken cancellationToken)
    {
        var reader = new PpmReader(stream);
        var images = new List<PpmImage>();
        while (await reader.ReadAsync(cancellationToken) is { } image)
        {
            onSignOfLife();
            images.Add(image);
        }

        return images;
    }

    /// <summary>The next image, or null at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">What comes is not a PPM image, or it ends too early.</exception>
    public async Task<PpmImage?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_position == _length && !await FillAsync(cancellationToken))
        {
            return null;
        }

        if (await ReadWordAsync(cancellationToken) != "P6")
        {
            throw new InvalidDataException("the output is not a PPM image");
        }

        var width = await ReadNumberAsync(LargestSide, cancellationToken);
        var height = await ReadNumberAsync(LargestSide, cancellationToken);
        var largest = await ReadNumberAsync(ushort.MaxValue, cancellationToken);
        if (largest != 255)
        {
            throw new InvalidDataException($"the output has samples up to {largest}, not 255");
        }

        var rgb = GC.AllocateUninitializedArray<byte>(checked(width * height * 3));
        var buffered = Math.Min(rgb.Length, _length - _position);
        _buffer.AsSpan(_position, buffered).CopyTo(rgb);
        _position += buffered;
        try
        {
            await stream.ReadExactlyAsync(rgb.AsMemory(buffered), cancellationToken);
        }
        catch (EndOfStreamException)
        {
            throw EndsTooEarly();
        }

        return new PpmImage(width, height, rgb);
    }

    private async Task<int> ReadNumberAsync(int largest, CancellationToken cancellationToken)
    {
        var word = await ReadWordAsync(cancellationToken);
        return Utf8Parser.TryParse(System.Text.Encoding.ASCII.GetBytes(word), out int number, out var used) && used == word.Length && number >= 1 && number <= largest
            ? number
            : throw new InvalidDataException($"the output's header has '{word}' where a number from 1 to {largest} was expected");
    }

    private async Task<string> ReadWordAsync(CancellationToken cancellationToken)
    {
        var word = new char[8];
        for (var count = 0; count < word.Length; count++)
        {
            if (_position == _length && !await FillAsync(cancellationToken))
            {
                throw EndsTooEarly();
            }

            var value = _buffer[_position++];
            if (value is (byte)'\n' or (byte)' ')
            {
                return new string(word, 0, count);
            }

            word[count] = value is > 32 and < 127 ? (char)value : '?';
        }

        throw new InvalidDataException("the output is not a PPM image");
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        _position = 0;
        _length = await stream.ReadAsync(_buffer, cancellationToken);
        return _length > 0;
    }

    private static InvalidDataException EndsTooEarly() => new("the output ends in the middle of a frame");
}

/// <summary>One image: 8-bit RGB, interleaved, row major.</summary>
internal sealed record PpmImage(int Width, int Height, byte[] Rgb);
