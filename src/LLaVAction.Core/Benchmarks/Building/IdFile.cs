using System.Text;

namespace LLaVAction.Benchmarks.Building;

/// <summary>Reads the file of <c>--ids</c>: one narration id per line, empty lines and lines from <c>#</c> on ignored.</summary>
public static class IdFile
{
    private const long LargestFile = 64L << 20;

    /// <summary>Reads the ids.</summary>
    /// <exception cref="InputException">The file cannot be read, is not UTF-8, holds no id or one twice.</exception>
    public static IReadOnlySet<string> Read(string path)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in ReadText(path).Split('\n'))
        {
            number++;
            var id = line.Trim();
            if (id.Length > 0 && id[0] != '#' && !ids.Add(id))
            {
                throw new InputException($"{path} line {number}: id '{id}' comes a second time; expected each id once.");
            }
        }

        return ids.Count > 0
            ? ids
            : throw new InputException($"{path}: no id found; expected one narration id per line, for example P01_11_0.");
    }

    private static string ReadText(string path)
    {
        try
        {
            if (new FileInfo(path).Length > LargestFile)
            {
                throw new InputException($"{path}: larger than {LargestFile} bytes; expected one narration id per line.");
            }

            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true)
                .GetString(File.ReadAllBytes(path)).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException error)
        {
            throw new InputException($"{path} byte {error.Index}: not UTF-8; expected one narration id per line.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read ({error.Message}).", error);
        }
    }
}
