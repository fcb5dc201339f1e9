using System.Globalization;
using System.Text.RegularExpressions;

namespace LLaVAction.Video.Layouts;

/// <summary>
/// A folder of numbered images: <c>frame_0000000001.jpg</c>, <c>frame_1.jpg</c>, <c>img_00001.png</c>. Numbers are those of the
/// CSV, which count from 1; a folder that holds an image 0 counts from there.
/// </summary>
internal sealed partial class FrameFolder
{
    private readonly string _prefix = "";
    private readonly string _extension = "";
    private readonly int _digits;
    private readonly Lazy<int> _origin;
    private readonly Lazy<(int Last, int Count)> _extent;

    public FrameFolder(string path)
    {
        FullName = path;
        var name = Directory.EnumerateFiles(path).Select(Path.GetFileName).FirstOrDefault(static name => IsFrame(name!));
        if (name is not null && FrameName().Match(name) is { Success: true } match)
        {
            _prefix = match.Groups["prefix"].Value;
            _digits = match.Groups["number"].Length;
            _extension = match.Groups["extension"].Value;
        }

        _origin = new Lazy<int>(() => Stored(0) is null ? 0 : 1);
        _extent = new Lazy<(int Last, int Count)>(Measure);
    }

    public string FullName { get; }

    // The highest number of any image, and how many there are; lists the folder when first asked.
    public (int Last, int Count) Extent => _extent.Value;

    public static bool IsFrame(string name) => FrameName().IsMatch(name);

    // The image of a number of the CSV; null where there is none.
    public string? Find(int number) => Stored(number - _origin.Value);

    public string NameOf(int number) => Name(number - _origin.Value, _digits);

    private string? Stored(int number)
    {
        var padded = Path.Combine(FullName, Name(number, _digits));
        if (File.Exists(padded))
        {
            return padded;
        }

        var plain = Path.Combine(FullName, Name(number, 1));
        return File.Exists(plain) ? plain : null;
    }

    private string Name(int number, int digits) =>
        _prefix + number.ToString("D" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) + _extension;

    private (int Last, int Count) Measure()
    {
        int last = 0, count = 0;
        foreach (var path in Directory.EnumerateFiles(FullName, _prefix + "*" + _extension))
        {
            if (int.TryParse(Path.GetFileNameWithoutExtension(path.AsSpan())[_prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                last = Math.Max(last, number);
                count++;
            }
        }

        return (last + _origin.Value, count);
    }

    [GeneratedRegex(@"^(?<prefix>.*?)(?<number>[0-9]{1,10})(?<extension>\.(jpg|jpeg|png))$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FrameName();
}
