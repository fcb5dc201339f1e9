using System.Runtime.InteropServices;
using System.Text;

namespace LLaVAction.Files;

/// <summary>The two calls of the C library that durable files need and .NET has not; elsewhere than on Linux and macOS they do nothing.</summary>
internal static class PosixFile
{
    private const int AlreadyExists = 17;

    private static bool IsPosix => OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    // Gives a file a second name: the one way that is atomic, fails where the name is taken, and holds on network file systems
    // too. True when the name was given, false when it is taken; null where there are no hard links.
    public static bool? TryLink(string existing, string name) =>
        !IsPosix ? null
        : link(Path(existing), Path(name)) == 0 ? true
        : Marshal.GetLastPInvokeError() == AlreadyExists ? false
        : null;

    // Brings the names in a file's folder to the disk, so that a file renamed into it is there after a power loss. A file system
    // that cannot (some network ones) has no more to offer, and is no reason to fail.
    public static void FlushFolderOf(string file)
    {
        if (!IsPosix)
        {
            return;
        }

        var folder = open(Path(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(file))!), 0);
        if (folder >= 0)
        {
            _ = fsync(folder);
            _ = close(folder);
        }
    }

    private static byte[] Path(string path) => Encoding.UTF8.GetBytes(path + '\0');

#pragma warning disable SYSLIB1054, IDE1006 // Source generation would need unsafe code; the names are the C library's.
    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int link(byte[] existing, byte[] name);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open(byte[] path, int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fsync(int file);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int file);
#pragma warning restore SYSLIB1054, IDE1006
}
