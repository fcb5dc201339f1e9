using System.Diagnostics;
using System.Globalization;

/// <summary>
/// What <c>DOTNET_STARTUP_HOOKS</c> runs inside a tool's process before its <c>Main</c>: gives every thread a culture
/// whose numbers and dates look like no other's, where a test asks for it, and writes down which culture is in force, and
/// at the end which libraries were loaded.
/// </summary>
#pragma warning disable CA1050, MA0047 // The runtime looks for this name outside of any namespace.
internal static class StartupHook
{
    /// <summary>Environment variable: the file to write the culture into.</summary>
    public const string CultureFile = "STARTUP_HOOK_CULTURE_FILE";

    /// <summary>Environment variable: 1 to set a culture of commas that needs no ICU.</summary>
    public const string UsesCommas = "STARTUP_HOOK_COMMAS";

    /// <summary>Environment variable: the file to append the names of all loaded libraries to, managed and native, when the process ends.</summary>
    public const string LibrariesFile = "STARTUP_HOOK_LIBRARIES_FILE";

    /// <summary>Called by the runtime.</summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(UsesCommas) == "1")
        {
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            culture.NumberFormat.NumberDecimalSeparator = ",";
            culture.NumberFormat.NumberGroupSeparator = ".";
            culture.NumberFormat.NegativeSign = "−";
            culture.NumberFormat.PercentDecimalSeparator = ",";
            culture.DateTimeFormat.TimeSeparator = ".";
            CultureInfo.CurrentCulture = culture;
            CultureInfo.DefaultThreadCurrentCulture = culture;
        }

        if (Environment.GetEnvironmentVariable(LibrariesFile) is { Length: > 0 } libraries)
        {
            AppDomain.CurrentDomain.ProcessExit += (_, _) =>
            {
                using var process = Process.GetCurrentProcess();
                File.AppendAllLines(libraries, [
                    .. AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetName().Name!),
                    .. process.Modules.Cast<ProcessModule>().Select(module => module.ModuleName)]);
            };
        }

        if (Environment.GetEnvironmentVariable(CultureFile) is { Length: > 0 } file)
        {
            File.WriteAllText(file, $"{CultureInfo.CurrentCulture.Name} {1.5:0.0}");
        }
    }
}
#pragma warning restore CA1050, MA0047
