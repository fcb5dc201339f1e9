using System.IO.Compression;
using System.Text;
using LLaVAction.Files;
using LLaVAction.Testing;

namespace LLaVAction.Core.Tests.Files;

public sealed class FileSnifferTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", FileKind.Empty)]
    [InlineData("narration_id,start\n", FileKind.Other)]
    [InlineData("\x80\x04}", FileKind.Pickle)]
    [InlineData("\x80\x02\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19.", FileKind.OldTorch)]
    [InlineData("(dp0\nVprobs\n", FileKind.OldPickle)]
    [InlineData("}q\0(U", FileKind.OldPickle)]
    [InlineData("\x93NUMPY\x01\0", FileKind.NumPy)]
    [InlineData("\x1f\x8b\x08", FileKind.Gzip)]
    [InlineData("SQLite format 3\0", FileKind.Sqlite)]
    [InlineData("\x89HDF\r\n\x1a\n", FileKind.Hdf5)]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid", FileKind.GitLfsPointer)]
    [InlineData(" \n<!DOCTYPE HTML>", FileKind.Html)]
    [InlineData("<html lang='en'>", FileKind.Html)]
    [InlineData(" {\"a\":1}", FileKind.Json)]
    [InlineData("[1]", FileKind.Json)]
    [InlineData("\xEF\xBB\xBF{}", FileKind.Json)]
    public void A_file_is_known_by_its_first_bytes(string latin1, FileKind expected) =>
        Assert.Equal(expected, FileSniffer.Identify(Encoding.Latin1.GetBytes(latin1)));

    [Theory]
    [InlineData("test.json", FileKind.Zip)]
    [InlineData("probs.npy", FileKind.NumPyZip)]
    [InlineData("model/data.pkl", FileKind.Torch)]
    [InlineData("archive/version", FileKind.Torch)]
    public void A_zip_is_known_by_its_first_entry(string entry, FileKind expected)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var writer = new StreamWriter(zip.CreateEntry(entry).Open());
            writer.Write("x");
        }

        Assert.Equal(expected, FileSniffer.Identify(stream.ToArray()));
    }

    [Theory]
    [InlineData("\x80\x04}", "a Python pickle")]
    [InlineData("version https://git-lfs.github.com/spec/v1\n", "git lfs pull")]
    [InlineData("<!doctype html><title>Sign in</title>", "download the file itself")]
    [InlineData("\x93NUMPY", "numpy.load('data.csv')")]
    [InlineData("SQLite format 3\0", "an SQLite database")]
    public void What_is_given_in_place_of_a_text_is_named_with_what_helps(string latin1, string expected)
    {
        var path = _folder.Write("data.csv", Encoding.Latin1.GetBytes(latin1));
        var message = Assert.Throws<InputException>(() => Utf8File.Read(path, "a table")).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("data.csv: this is ", message, StringComparison.Ordinal);
        Assert.Contains("expected a table", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_compressed_by_gzip_is_read_as_the_text()
    {
        var path = _folder.Write("data.csv.gz", Pack("a,b\n1,2\n"u8));
        Assert.Equal("a,b\n1,2\n", Encoding.UTF8.GetString(Utf8File.Read(path, "a table").Span));
    }

    [Fact]
    public void Damaged_and_exploding_gzip_is_refused()
    {
        var damaged = Pack("a,b\n1,2\n"u8);
        damaged[12] ^= 0xFF;
        Assert.Contains("malformed", Assert.Throws<InputException>(() => Utf8File.Read(_folder.Write("d", damaged), "a table")).Message, StringComparison.Ordinal);
        var bomb = Pack(new byte[20_000_000]);
        Assert.Contains("unpacks to more than", Assert.Throws<InputException>(() => Utf8File.Read(_folder.Write("b", bomb), "a table")).Message, StringComparison.Ordinal);
    }

    private static byte[] Pack(ReadOnlySpan<byte> bytes)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.SmallestSize))
        {
            gzip.Write(bytes);
        }

        return stream.ToArray();
    }
}
