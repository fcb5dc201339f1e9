namespace LLaVAction.Video.Layouts;

/// <summary>Tells the layout of a videos folder from the names in it, looking at a bounded number of them.</summary>
internal static class LayoutDetection
{
    private const int EntriesPerFolder = 200;

    private static readonly EnumerationOptions Listing = new() { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.Hidden };

    /// <exception cref="InputException">No layout is recognised, or more than one.</exception>
    public static string Detect(string folder)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in Entries(folder))
        {
            if (IsVideo(entry))
            {
                Add(found, entry.Attributes.HasFlag(FileAttributes.Directory) ? VideoLayouts.Chunks : VideoLayouts.Epic, entry);
            }
            else if (entry is DirectoryInfo participant)
            {
                LookInto(participant, found);
            }
        }

        return found.Count switch
        {
            1 => found.Keys.First(),
            0 => throw new InputException(
                $"{folder} has none of the known video layouts. Looked for: "
                + "P01/P01_11.MP4, P01/videos/P01_11.MP4 or P01_11.MP4 (epic); P01/P01_11.MP4/0.MP4 (chunks); "
                + "P01_11/frame_0000000001.jpg, P01/P01_11/… or P01/rgb_frames/P01_11/… (frames); P01/P01_11_0.mp4 (trimmed). "
                + "Check --videos, or name the layout with --video-layout."),
            _ => throw new InputException(
                $"{folder} has files of more than one video layout: "
                + string.Join(", ", found.Select(static layout => $"{layout.Key} ({layout.Value})"))
                + ". Name the one to use with --video-layout."),
        };
    }

    private static void LookInto(DirectoryInfo participant, SortedDictionary<string, string> found)
    {
        if (HasNumberedFrames(participant))
        {
            Add(found, VideoLayouts.Frames, participant);
            return;
        }

        foreach (var entry in Entries(participant.FullName))
        {
            if (IsVideo(entry))
            {
                Add(
                    found,
                    entry is DirectoryInfo ? VideoLayouts.Chunks : IsClip(participant, entry) ? VideoLayouts.Trimmed : VideoLayouts.Epic,
                    entry);
            }
            else if (entry is DirectoryInfo inner)
            {
                if (HasNumberedFrames(inner) || (inner.Name == "rgb_frames" && Entries(inner.FullName).OfType<DirectoryInfo>().Any(HasNumberedFrames)))
                {
                    Add(found, VideoLayouts.Frames, inner);
                }
                else if (inner.Name == "videos" && Entries(inner.FullName).OfType<FileInfo>().Any(IsVideo))
                {
                    Add(found, VideoLayouts.Epic, inner);
                }
            }
        }
    }

    /// <summary>Whether a file below a participant is one clip: <c>P01/P01_11_0.mp4</c> where a video is <c>P01/P01_11.MP4</c>.</summary>
    private static bool IsClip(DirectoryInfo participant, FileSystemInfo file)
    {
        var name = Path.GetFileNameWithoutExtension(file.Name);
        var rest = name.StartsWith(participant.Name + "_", StringComparison.Ordinal) ? name[(participant.Name.Length + 1)..] : name;
        return rest.Contains('_', StringComparison.Ordinal);
    }

    private static bool IsVideo(FileSystemInfo entry) => entry.Extension is ".MP4" or ".mp4";

    private static bool HasNumberedFrames(DirectoryInfo folder) =>
        folder.EnumerateFiles("frame_*.jpg", Listing).Any();

    private static IEnumerable<FileSystemInfo> Entries(string folder) =>
        new DirectoryInfo(folder).EnumerateFileSystemInfos("*", Listing).Take(EntriesPerFolder);

    private static void Add(SortedDictionary<string, string> found, string layout, FileSystemInfo example) =>
        found.TryAdd(layout, $"{example.Parent()}{example.Name}");

    private static string Parent(this FileSystemInfo entry) =>
        Path.GetFileName(Path.GetDirectoryName(entry.FullName)) is { Length: > 0 } parent ? parent + "/" : "";
}
