using System.Diagnostics;
using LLaVAction.Testing;

namespace LLaVAction.Torch.Tests.Packaging;

/// <summary>The build step that makes TorchSharp's library load on older systems, run by MSBuild as the build does.</summary>
public sealed class WeakenVersionNeedTests : IDisposable
{
    private const string Version = "GLIBCXX_3.4.32";
    private const string Symbol = "_ZSt21ios_base_library_initv";
    private const string Newest = "GLIBCXX_3.4.30";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void One_byte_is_changed_and_whatever_it_relies_on_is_checked()
    {
        var shipped = Packages.TorchSharpForLinux;
        Skip.IfNot(File.Exists(shipped), "needs TorchSharp's package");
        var library = File.ReadAllBytes(shipped);
        Write("no-library", "not a library, and long enough that it might have been one for all its length says"u8.ToArray());
        Write("arm64", [.. library[..18], 183, .. library[19..]]);
        Write("cut", library[..^100_000]);

        var output = Run(
            (shipped, Version, Symbol, Newest),
            (_folder["no-library"], Version, Symbol, Newest),
            (_folder["arm64"], Version, Symbol, Newest),
            (_folder["cut"], Version, Symbol, Newest),
            (shipped, "GLIBCXX_3.4.99", Symbol, Newest),
            (shipped, Version, "_ZSt4cout", Newest),
            (shipped, Version, Symbol, "GLIBCXX_3.4.29"),
            (shipped, "GLIBCXX_3.4.30", "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE", Version));

        var weakened = File.ReadAllBytes(_folder["weakened-0"]);
        Assert.Equal(library.Length, weakened.Length);
        var change = Assert.Single(Enumerable.Range(0, library.Length), at => library[at] != weakened[at]);
        Assert.Equal((0, 2), (library[change], weakened[change]));
        Assert.Equal(library, File.ReadAllBytes(shipped));
        Assert.Equal(["weakened-0"], Directory.GetFiles(_folder.FullName, "weakened-*").Select(Path.GetFileName));
        string[] refusals =
        [
            "no-library: not an ELF64 library for x86-64.",
            "arm64: not an ELF64 library for x86-64.",
            "cut: the file is damaged: its tables point outside of it.",
            "it does not need GLIBCXX_3.4.99.",
            $"{Version} is needed for {Symbol}, expected _ZSt4cout alone.",
            $"besides {Version} it needs GLIBCXX_3.4.30, and GLIBCXX_3.4.29 is the newest allowed.",
            "a relocation refers to _ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE, so it is used and its version must stay.",
        ];
        Assert.All(refusals, refusal => Assert.Contains(refusal, output, StringComparison.Ordinal));
    }

    private void Write(string name, byte[] content) => File.WriteAllBytes(_folder[name], content);

    private string Run(params (string Source, string Version, string Symbol, string Newest)[] calls)
    {
        var tasks = calls.Select((call, i) =>
            $"""<WeakenVersionNeed Source="{call.Source}" Destination="{_folder[$"weakened-{i}"]}" Version="{call.Version}" Symbol="{call.Symbol}" Newest="{call.Newest}" ContinueOnError="true" />""");
        File.WriteAllText(_folder["try.proj"], $"""
            <Project>
              <Import Project="{Path.Combine(Repository.Root, "build", "TorchSharp.targets")}" />
              <Target Name="Try">
                {string.Join('\n', tasks)}
              </Target>
            </Project>
            """);
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["msbuild", _folder["try.proj"], "-target:Try", "-nologo", "-nodeReuse:false", "-verbosity:minimal"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = _folder.FullName,
        })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
        return output;
    }
}
