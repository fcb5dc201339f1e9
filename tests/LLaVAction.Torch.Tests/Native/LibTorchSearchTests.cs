using LLaVAction.Testing;
using LLaVAction.Torch.Native;

namespace LLaVAction.Torch.Tests.Native;

/// <summary>Where libtorch is looked for, in which order, and what is said of each that cannot be used.</summary>
public sealed class LibTorchSearchTests : IDisposable
{
    private static readonly string Native = Path.Combine("runtimes", NativePlatform.Current, "native");
    private static readonly string OtherPlatform = NativePlatform.Current == "linux-arm64" ? "linux-x64" : "linux-arm64";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_places_are_tried_in_their_order()
    {
        var asked = FakeLibrary.Folder(_folder["asked"]);
        var beside = FakeLibrary.Folder(Path.Combine(_folder["app"], Native));
        var cuda = FakeLibrary.Folder(Path.Combine(_folder["packages"], $"libtorch-cuda-12.8-{NativePlatform.Current}", "2.10.0", Native), hasCuda: true);
        var cpu = FakeLibrary.Folder(Path.Combine(_folder["packages"], $"libtorch-cpu-{NativePlatform.Current}", "2.10.0", Native));
        var python = FakeLibrary.PyTorch(SitePackages, "2.10.0+cu128");

        Assert.Equal(asked, Search(asked).Find().Folder!.Path);
        foreach (var next in new[] { beside, cuda, cpu, python })
        {
            Assert.Equal(next, Search().Find().Folder!.Path);
            Directory.Delete(next, recursive: true);
        }

        Assert.Null(Search().Find().Folder);
    }

    [Theory]
    [InlineData("")]
    [InlineData("lib")]
    [InlineData("torch/lib")]
    public void A_named_folder_may_be_one_above_the_libraries(string below)
    {
        var libraries = FakeLibrary.Folder(Path.GetFullPath(Path.Combine(_folder["asked"], below)));

        Assert.Equal(libraries, Search(_folder["asked"]).Find().Folder!.Path);
    }

    [Fact]
    public void A_published_folder_can_be_named()
    {
        FakeLibrary.Folder(Path.Combine(_folder["published"], Native));

        Assert.Equal("--libtorch", Search(_folder["published"]).Find().Folder!.Origin);
    }

    [Fact]
    public void Where_nothing_is_found_every_place_is_named()
    {
        var problem = Search().Find().Problem!;

        Assert.Contains($"found no libtorch 2.10. Looked beside the tool ({_folder["app"]}), among NuGet packages ({_folder["packages"]}) and for an installed PyTorch ({_folder["python"]}).", problem, StringComparison.Ordinal);
        Assert.Contains("--libtorch or LLAVACTION_LIBTORCH, or use --engine cpu", problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem);
    }

    [Fact]
    public void Another_version_is_passed_over_and_named()
    {
        var older = FakeLibrary.PyTorch(SitePackages, "2.9.1+cpu");

        Assert.Contains($"passed over: {older} (installed PyTorch): it is version 2.9.1+cpu, and TorchSharp needs 2.10.", Search().Find().Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_architecture_is_passed_over_for_the_next_place()
    {
        var package = FakeLibrary.Folder(Path.Combine(_folder["packages"], $"libtorch-cpu-{NativePlatform.Current}", "2.10.0", Native), OtherPlatform);
        Assert.Contains($"{package} (NuGet package libtorch-cpu-{NativePlatform.Current}): it is built for {OtherPlatform}, and this is {NativePlatform.Current}", Search().Find().Problem, StringComparison.Ordinal);

        var python = FakeLibrary.PyTorch(SitePackages, "2.10.0");
        Assert.Equal(python, Search().Find().Folder!.Path);
    }

    [Fact]
    public void A_named_folder_that_cannot_be_used_is_an_error_and_nothing_else_is_tried()
    {
        FakeLibrary.PyTorch(SitePackages, "2.10.0");
        var other = FakeLibrary.PyTorch(_folder["other"], "2.14.1");
        var foreign = FakeLibrary.PyTorch(_folder["foreign"], "2.10.0", OtherPlatform);
        var damaged = FakeLibrary.Folder(_folder["damaged"]);
        File.WriteAllText(Path.Combine(damaged, NativePlatform.FileName("torch_cpu", NativePlatform.Current)), "a page that says 404, saved under the library's name, and long enough to have a header");
        Directory.CreateDirectory(_folder["empty"]);

        Assert.Contains("--libtorch: " + other + " (--libtorch): it is version 2.14.1, and TorchSharp needs 2.10", Refusal(other), StringComparison.Ordinal);
        Assert.Contains($"it is built for {OtherPlatform}", Refusal(foreign), StringComparison.Ordinal);
        Assert.Contains("it is built for no known system (a damaged download?)", Refusal(damaged), StringComparison.Ordinal);
        Assert.Contains("there is no such folder", Refusal(_folder["nowhere"]), StringComparison.Ordinal);
        Assert.Contains($"there is no {NativePlatform.FileName("torch_cpu", NativePlatform.Current)} in it", Refusal(_folder["empty"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("version.py", "__version__ = '2.10.0+cu128'\n", "2.10.0+cu128")]
    [InlineData("build-version", "2.10.1+cpu\n", "2.10.1+cpu")]
    [InlineData("README", "2.10.0", null)]
    public void The_version_is_read_beside_the_libraries(string file, string content, string? version)
    {
        var libraries = FakeLibrary.Folder(Path.Combine(_folder["libtorch"], "lib"));
        File.WriteAllText(Path.Combine(_folder["libtorch"], file), content);

        Assert.Equal(version, new LibTorchFolder(libraries, "here").Version);
    }

    [Fact]
    public void The_needed_version_is_the_one_of_the_packages()
    {
        var packages = File.ReadAllText(Path.Combine(Repository.Root, "Directory.Packages.props"));

        Assert.Contains($"\"libtorch-cpu-linux-x64\" Version=\"{LibTorchFolder.NeededVersion}.", packages, StringComparison.Ordinal);
    }

    private string SitePackages => Path.Combine(_folder["python"], OperatingSystem.IsWindows() ? "Lib" : Path.Combine("lib", "python3.12"), "site-packages");

    private string Refusal(string asked) => Assert.Throws<InputException>(() => Search(asked).Find()).Message;

    private LibTorchSearch Search(string? asked = null) => new(asked, "--libtorch", _folder["app"], _folder["packages"], [_folder["python"]]);
}
