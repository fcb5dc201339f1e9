using System.Runtime.InteropServices;
using System.Text;

namespace LLaVAction.Runs;

/// <summary>A second name for a file: the one way to give a file a name that is atomic, fails where the name is taken, and holds on network file systems too.</summary>
internal static class HardLink
{
    private const int AlreadyExists = 17;

    /// <summary>True when the name was given, false when it is taken; null where the system or the file system has no hard links.</summary>
    public static bool? TryCreate(string existing, string name)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
        {
            return null;
        }

        return link(Encoding.UTF8.GetBytes(existing + '\0'), Encoding.UTF8.GetBytes(name + '\0')) == 0 ? true
            : Marshal.GetLastPInvokeError() == AlreadyExists ? false
            : null;
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
#pragma warning disable SYSLIB1054, IDE1006 // Source generation would need unsafe code; the name is the C library's.
    private static extern int link(byte[] existing, byte[] name);
#pragma warning restore SYSLIB1054, IDE1006
}
