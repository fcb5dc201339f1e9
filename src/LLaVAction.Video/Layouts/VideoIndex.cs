namespace LLaVAction.Video.Layouts;

/// <summary>
/// What lies in a videos folder, by name, wherever it is up to six folders down (<c>P01/</c>, <c>videos/train/P01/</c>,
/// <c>P01/rgb_frames/</c>, …). The folder is walked once; ids of a CSV are looked up here and never become parts of paths.
/// </summary>
internal sealed class VideoIndex
{
    private const int Deepest = 6;

    // How many more names are looked at where the first image was found: folders of frames hold hundreds of thousands.
    private const int NamesBesideFrames = 1000;

    private static readonly string[] Extensions = [".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".ts", ".mts", ".mpg", ".mpeg"];
    private static readonly EnumerationOptions Listing = new() { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.Hidden };

    private readonly Shelf _videos = new("files");
    private readonly Shelf _chunks = new("folders of chunks");
    private readonly Shelf _frames = new("folders of frames");
    private readonly SortedDictionary<string, string> _layouts = new(StringComparer.Ordinal);
    private string? _archive;

    private VideoIndex(string folder)
    {
        Folder = folder;
    }

    public string Folder { get; }

    public static VideoIndex Of(string folder)
    {
        var index = new VideoIndex(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        index.Walk(new DirectoryInfo(index.Folder), depth: 0);
        return index;
    }

    /// <summary>The layout of what was found.</summary>
    /// <exception cref="InputException">No layout is recognised, or more than one.</exception>
    public string Detect() => _layouts.Count switch
    {
        1 => _layouts.Keys.First(),
        0 when _archive is not null => throw new InputException(
            $"{Folder} holds archives such as {_archive} and no videos or frames. Unpack each into a folder named by its video, for example "
            + $"mkdir P01_11 && tar -xf {Path.GetFileName(_archive)} -C P01_11."),
        0 => throw new InputException(
            $"{Folder} has none of the known video layouts. Looked, up to six folders down, for: "
            + "P01/P01_11.MP4 (epic); P01/P01_11.MP4/0.MP4 (chunks); P01_11/frame_0000000001.jpg (frames); P01/P01_11_0.mp4 (trimmed). "
            + "Check --videos, or name the layout with --video-layout."),
        _ => throw new InputException(
            $"{Folder} has files of more than one video layout: "
            + string.Join(", ", _layouts.Select(static layout => $"{layout.Key} ({layout.Value})"))
            + ". Name the one to use with --video-layout."),
    };

    /// <summary>What was found of a layout.</summary>
    /// <exception cref="InputException">One id has two places.</exception>
    public IReadOnlyDictionary<string, string> PathsOf(string layout) => (layout switch
    {
        VideoLayouts.Chunks => _chunks,
        VideoLayouts.Frames => _frames,
        _ => _videos,
    }).Paths(Folder);

    private void Walk(DirectoryInfo folder, int depth)
    {
        var inner = new List<DirectoryInfo>();
        var hasVideos = false;
        string? image = null;
        var left = int.MaxValue;
        foreach (var entry in folder.EnumerateFileSystemInfos("*", Listing))
        {
            if (left-- == 0)
            {
                break;
            }

            if (entry is DirectoryInfo directory)
            {
                inner.Add(directory);
            }
            else if (IsVideo(entry.Name))
            {
                hasVideos = true;
                AddVideo(folder, entry);
            }
            else if (image is null && FrameFolder.IsFrame(entry.Name))
            {
                image = entry.Name;
                left = NamesBesideFrames;
            }
            else if (entry.Extension is ".tar")
            {
                _archive ??= Example(entry);
            }
        }

        // Pictures beside videos are previews, and flow is no colour.
        if (image is not null && !hasVideos && folder.Name is not ("u" or "v"))
        {
            _frames.Add(folder.Name, folder.FullName);
            _layouts.TryAdd(VideoLayouts.Frames, Example(folder));
        }

        foreach (var next in inner.OrderBy(static next => next.Name, StringComparer.Ordinal).Take(depth < Deepest ? int.MaxValue : 0))
        {
            Walk(next, depth + 1);
        }
    }

    private void AddVideo(DirectoryInfo folder, FileSystemInfo file)
    {
        var name = Path.GetFileNameWithoutExtension(file.Name);
        _videos.Add(name, file.FullName);
        if (name.All(char.IsAsciiDigit))
        {
            _chunks.Add(IsVideo(folder.Name) ? Path.GetFileNameWithoutExtension(folder.Name) : folder.Name, folder.FullName);
            _layouts.TryAdd(VideoLayouts.Chunks, Example(folder));
        }
        else
        {
            _layouts.TryAdd(IsClip(folder.Name, name) ? VideoLayouts.Trimmed : VideoLayouts.Epic, Example(file));
        }
    }

    private static bool IsVideo(string name) => Extensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    // Whether a file is one clip: 'P01_11_0.mp4' where a video is 'P01_11.MP4'.
    private static bool IsClip(string folder, string name)
    {
        var participant = name.StartsWith(folder + "_", StringComparison.Ordinal) ? folder
            : name.Length > 4 && name[0] == 'P' && char.IsAsciiDigit(name[1]) ? name.Split('_')[0]
            : null;
        return participant is not null && name.Length > participant.Length && name[(participant.Length + 1)..].Contains('_', StringComparison.Ordinal);
    }

    private static string Example(FileSystemInfo entry) =>
        Path.GetFileName(Path.GetDirectoryName(entry.FullName)) is { Length: > 0 } parent ? $"{parent}/{entry.Name}" : entry.Name;

    /// <summary>Places by id, and the first id that has two.</summary>
    private sealed class Shelf(string things)
    {
        private readonly Dictionary<string, string> _paths = new(StringComparer.Ordinal);
        private (string Id, string Other)? _twice;

        public void Add(string id, string path)
        {
            if (!_paths.TryAdd(id, path) && _paths[id] != path && !id.All(char.IsAsciiDigit))
            {
                _twice ??= (id, path);
            }
        }

        public Dictionary<string, string> Paths(string folder) => _twice is var (id, other)
            ? throw new InputException(
                $"{folder} has two {things} for {id}: {Path.GetRelativePath(folder, _paths[id])} and {Path.GetRelativePath(folder, other)}. Keep one, or give the folder of one of them with --videos.")
            : _paths;
    }
}
