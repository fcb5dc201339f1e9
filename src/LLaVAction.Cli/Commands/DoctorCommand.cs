using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LLaVAction.Cli.Configuration;
using LLaVAction.Cli.Hosting;
using LLaVAction.Models.Engines;
using LLaVAction.Tables;

namespace LLaVAction.Cli.Commands;

/// <summary><c>doctor</c>: what is installed, and what to do about what is not.</summary>
internal sealed class DoctorCommand : CommandModule
{
    private readonly Option<string> _format;
    private readonly Option<string?> _model;
    private readonly Option<int[]> _frames;

    /// <summary>Declares the command.</summary>
    public DoctorCommand()
        : base("doctor", "Shows what is installed and usable: .NET, ffmpeg, SIMD, cores, memory, engines; and what a model will need.")
    {
        _model = Add(OptionFactory.Optional<string>("--model", "A checkpoint's folder: is it complete, and what does a question need?", "DIR"));
        _frames = Add(OptionFactory.IntegerList("--frames", "Frame counts to tell the needs of --model for, with commas.", "N[,N]", 8, 16, 32));
        _format = Add(OptionFactory.Choice("--format", "How the result is written.", "table", "table", "json", "markdown"));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("See whether this machine is ready", "llavaction doctor"),
        new("The same for a program to read", "llavaction doctor --format json"),
        new("What a model will need", "llavaction doctor --model model --frames 8,32"),
    ];

    /// <inheritdoc/>
    public override async Task<int> RunAsync(CommandContext context)
    {
        var facts = new List<EngineFact>(MachineFacts());
        facts.Add(await ToolProbe.InspectAsync("ffmpeg", context.CancellationToken));
        facts.Add(await ToolProbe.InspectAsync("ffprobe", context.CancellationToken));
        foreach (var engine in Engines.CreateAll(context.LibTorchFolder))
        {
            facts.AddRange(engine.Inspect().Select(fact => fact with { Name = $"{engine.Name}: {fact.Name}" }));
        }

        if (context.Get(_model) is { } folder)
        {
            var counts = context.Get(_frames);
            if (Array.Exists(counts, count => count is < 1 or > 10_000))
            {
                throw new InputException("--frames: expected numbers from 1 to 10000.");
            }

            facts.AddRange(ModelFacts.Of(folder, counts));
        }

        var table = new Table(new TableColumn("name", "What"), new TableColumn("is_usable", "Usable", Format: value => value is true ? "yes" : "NO"), new TableColumn("value", "Found"));
        foreach (var fact in facts)
        {
            table.Add(fact.Name, fact.IsUsable, fact.Value);
        }

        switch (context.Get(_format))
        {
            case "json":
                TableWriter.WriteJson(table, context.Output);
                break;
            case "markdown":
                TableWriter.WriteMarkdown(table, context.Output);
                break;
            default:
                TableWriter.WriteText(table, context.Output);
                break;
        }

        return facts.TrueForAll(fact => fact.IsUsable != false) ? ExitCode.Done : ExitCode.Incomplete;
    }

    private static IEnumerable<EngineFact> MachineFacts()
    {
        yield return new EngineFact("llavaction", $"{ToolVersion.Current}, engines: {string.Join(", ", Engines.Names)}");
        yield return new EngineFact(".NET", RuntimeInformation.FrameworkDescription);
        yield return new EngineFact("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}");
        yield return new EngineFact("cores", string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} usable (affinity and cgroup limits counted in)"));
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        yield return new EngineFact("memory", string.Create(CultureInfo.InvariantCulture, $"{memory / (double)(1L << 30):0.0} GiB usable (cgroup limit counted in)"));
        yield return new EngineFact("SIMD", DescribeSimd());
    }

    private static string DescribeSimd()
    {
        var width = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
        List<string> names = [];
        if (Avx512F.IsSupported)
        {
            names.Add("AVX-512");
        }

        if (Avx2.IsSupported)
        {
            names.Add("AVX2");
        }

        if (Fma.IsSupported)
        {
            names.Add("FMA");
        }

        if (System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported)
        {
            names.Add("AdvSIMD");
        }

        return width == 0
            ? "none; the cpu engine runs, slowly"
            : string.Create(CultureInfo.InvariantCulture, $"{width} bits ({string.Join(", ", names)})");
    }
}
