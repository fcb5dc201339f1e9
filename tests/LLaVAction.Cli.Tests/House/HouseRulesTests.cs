using System.Text.RegularExpressions;
using System.Xml.Linq;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.House;

/// <summary>What CONTRIBUTING.md says of the shape of the code and what the documentation links to.</summary>
public sealed partial class HouseRulesTests
{
    private const int LongestFile = 400;

    /// <summary>Each project and the floor it stands on; a project references lower floors only.</summary>
    private static readonly Dictionary<string, int> Floors = new()
    {
        ["LLaVAction.Core"] = 0,
        ["LLaVAction.Video"] = 1,
        ["LLaVAction.Models"] = 2,
        ["LLaVAction.Cpu"] = 3,
        ["LLaVAction.Torch"] = 3,
        ["LLaVAction.Remote"] = 3,
        ["LLaVAction.Evaluation"] = 4,
        ["LLaVAction.Cli"] = 5,
    };

    /// <summary>Where vectors of the processor and pointers are allowed: the kernels, the picture's resize and the memory map.</summary>
    private static readonly string[] MayUsePointers =
    [
        Path.Combine("LLaVAction.Cpu", "Kernels"),
        Path.Combine("LLaVAction.Video", "Resizing"),
        Path.Combine("LLaVAction.Models", "Checkpoints", "MappedFile.cs"),
    ];

    [Fact]
    public void Projects_reference_downwards_only()
    {
        var upward =
            from file in Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            let project = Path.GetFileNameWithoutExtension(file)
            from reference in XDocument.Load(file).Descendants("ProjectReference")
            let referenced = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))
            where Floors[referenced] >= Floors[project]
            select $"{project} -> {referenced}";

        Assert.Empty(upward);
    }

    [Fact]
    public void Folders_of_a_project_do_not_need_each_other_in_a_circle() =>
        Assert.Empty(Directory.GetDirectories(Path.Combine(Repository.Root, "src")).SelectMany(FolderCycles.Of));

    [Fact]
    public void Pointers_and_processor_vectors_stay_where_they_belong()
    {
        var elsewhere = Sources("src")
            .Where(file => !MayUsePointers.Any(place => file.Contains(place, StringComparison.Ordinal)))
            .Where(file => PointerUse().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetRelativePath(Repository.Root, file));

        Assert.Empty(elsewhere);
    }

    [Fact]
    public void Chance_and_time_come_from_nowhere_but_the_seeded_generator()
    {
        var users = Sources("src")
            .Where(file => ChanceUse().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetRelativePath(Repository.Root, file));

        Assert.Empty(users);
    }

    [Fact]
    public void Source_files_stay_readable_in_one_sitting()
    {
        var tooLong = Sources("src", "tests", "scripts", "benchmarks")
            .Where(file => !File.ReadLines(file).First().Contains("auto-generated", StringComparison.Ordinal))
            .Where(file => File.ReadLines(file).Count() > LongestFile)
            .Select(file => Path.GetRelativePath(Repository.Root, file));

        Assert.Empty(tooLong);
    }

    [Fact]
    public void The_console_belongs_to_the_command_line()
    {
        var users = Sources("src")
            .Where(file => !file.Contains("LLaVAction.Cli", StringComparison.Ordinal))
            .Where(file => ConsoleUse().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetRelativePath(Repository.Root, file));

        Assert.Empty(users);
    }

    [Fact]
    public void Links_of_the_documentation_lead_to_files()
    {
        var pages = new[] { "*.md", "docs/*.md", "docs/*/*.md", "data/*.md", "scripts/*.md", "configs/*.md", "benchmarks/*.md" }.SelectMany(Pages);
        var dead =
            from page in pages
            from Match link in RelativeLink().Matches(File.ReadAllText(page))
            let target = Path.Combine(Path.GetDirectoryName(page)!, link.Groups["path"].Value)
            where !File.Exists(target) && !Directory.Exists(target)
            select $"{Path.GetRelativePath(Repository.Root, page)}: {link.Groups["path"].Value}";

        Assert.Empty(dead);
    }

    [Fact]
    public void Every_page_of_the_documentation_is_in_its_index()
    {
        var docs = Path.Combine(Repository.Root, "docs");
        var index = RelativeLink().Matches(File.ReadAllText(Path.Combine(docs, "README.md"))).Select(link => link.Groups["path"].Value);
        var pages = Directory.GetFiles(docs, "*.md", SearchOption.AllDirectories)
            .Select(page => Path.GetRelativePath(docs, page).Replace('\\', '/'))
            .Where(page => page != "README.md");

        Assert.Empty(pages.Except(index));
    }

    private static IEnumerable<string> Pages(string pattern)
    {
        var folders = pattern.Split('/')[..^1].Aggregate(
            new[] { Repository.Root }.AsEnumerable(),
            (above, name) => above.SelectMany(folder => Directory.Exists(folder) ? Directory.GetDirectories(folder, name) : []));
        return folders.SelectMany(folder => Directory.GetFiles(folder, pattern.Split('/')[^1]));
    }

    private static IEnumerable<string> Sources(params string[] folders) =>
        folders.Select(folder => Path.Combine(Repository.Root, folder))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Where(file => !BuildOutput().IsMatch(file));

    [GeneratedRegex(@"\bConsole\.(Out|Error|Write|WriteLine|In|Read)|\bEnvironment\.Exit\b")]
    private static partial Regex ConsoleUse();

    [GeneratedRegex(@"^using System\.Runtime\.Intrinsics|^[^/]*\bunsafe\b (?:class|struct|static|void|partial)|^[^/]*\bVector<", RegexOptions.Multiline)]
    private static partial Regex PointerUse();

    [GeneratedRegex(@"\bRandom\.Shared\b|\bnew Random\(|\.GetHashCode\(\)|\bDateTime\.Now\b")]
    private static partial Regex ChanceUse();

    [GeneratedRegex(@"\]\((?!https?:|mailto:|#)(?<path>[^)#\s]+)")]
    private static partial Regex RelativeLink();

    [GeneratedRegex(@"[\\/](obj|bin)[\\/]")]
    private static partial Regex BuildOutput();
}
