using System.Globalization;
using System.Runtime.InteropServices;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Models.Engines;
using LLaVAction.Tables;

namespace LLaVAction.Cli.Commands;

/// <summary>The options of <c>doctor</c>.</summary>
internal sealed record DoctorOptions
{
    [Option("--model", "Folder of a checkpoint, to check that it is complete and show what a question needs.", Value = "DIR")]
    public string? Model { get; init; }

    [Option("--base-model", "Model under a LoRA adapter given as --model [default: the one that the adapter names].", Value = "MODEL")]
    public string? BaseModel { get; init; }

    [Option("--frames", "Frame counts to show the needs of --model for.", Value = "N[,N]", Minimum = 1, Maximum = 10_000)]
    public IReadOnlyList<int> Frames { get; init; } = [8, 16, 32];

    [Option("--format", "How the result is printed.")]
    public ResultFormat Format { get; init; }
}

/// <summary><c>doctor</c>: what is installed, and what to do about what is not.</summary>
internal sealed class DoctorCommand()
    : ToolCommand<DoctorOptions>("doctor", "Show what is installed and usable: .NET, ffmpeg, SIMD, cores, memory, engines; and what a model needs.")
{
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("See whether this machine is ready", "llavaction doctor"),
        new("The same for a program to read", "llavaction doctor --format json"),
        new("What a model will need", "llavaction doctor --model model --frames 8,32"),
    ];

    public override async Task<int> RunAsync(DoctorOptions options, CommandContext context)
    {
        var facts = new List<EngineFact>(MachineFacts())
        {
            await ToolProbe.InspectAsync("ffmpeg", context.CancellationToken),
            await ToolProbe.InspectAsync("ffprobe", context.CancellationToken),
        };
        foreach (var engine in Engines.CreateAll(context.LibTorchFolder))
        {
            facts.AddRange(engine.Inspect().Select(fact => fact with { Name = $"{engine.Name}: {fact.Name}" }));
        }

        if (options.Model is { } folder)
        {
            facts.AddRange(ModelFacts.Of(HuggingFaceCache.Locate(folder, options.BaseModel), options.Frames));
        }

        context.Results.Write(Tabulate(facts), options.Format);
        return facts.TrueForAll(static fact => fact.IsUsable != false) ? ExitCode.Done : ExitCode.Incomplete;
    }

    public static Table Tabulate(IEnumerable<EngineFact> facts)
    {
        var table = new Table(
            new TableColumn("name", "What"), new TableColumn("is_usable", "Usable", Format: static value => value is true ? "yes" : "NO"), new TableColumn("value", "Found"));
        foreach (var fact in facts)
        {
            table.Add(fact.Name, fact.IsUsable, fact.Value);
        }

        return table;
    }

    private static IEnumerable<EngineFact> MachineFacts()
    {
        yield return new EngineFact("llavaction", ToolVersion.Current);
        yield return new EngineFact(".NET", RuntimeInformation.FrameworkDescription);
        yield return new EngineFact("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}");
        yield return new EngineFact("cores", string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} usable, within affinity and cgroup limits"));
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        yield return new EngineFact("memory", string.Create(CultureInfo.InvariantCulture, $"{memory / (double)(1L << 30):0.0} GiB usable, within the cgroup limit"));
    }
}
