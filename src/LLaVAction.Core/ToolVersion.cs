using System.Reflection;

namespace LLaVAction;

/// <summary>The version of the tool, as stored with every set and run.</summary>
public static class ToolVersion
{
    /// <summary>For example <c>0.1.0</c>; the same for every build of the same sources.</summary>
    public static string Current { get; } =
        typeof(ToolVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
