using System.Collections.Concurrent;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Fluid;

namespace LLaVAction.Reports;

/// <summary>Pages and pictures from Liquid templates, the resources of <c>Reports/Templates</c>. Every value is escaped unless its template says <c>raw</c>.</summary>
public static class LiquidTemplate
{
    private static readonly FluidParser Parser = new(new FluidParserOptions { AllowFunctions = true });
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);
    private static readonly ConcurrentDictionary<string, IFluidTemplate> Parsed = new(StringComparer.Ordinal);

    private static readonly TemplateOptions Options = new()
    {
        MemberAccessStrategy = new UnsafeMemberAccessStrategy { MemberNameStrategy = MemberNameStrategies.SnakeCase },
        MaxSteps = 0,
    };

    /// <summary>Fills a template in.</summary>
    /// <param name="name">File name of the template, without its ending.</param>
    /// <param name="model">A record whose properties the template reads in snake_case.</param>
    public static string Render(string name, object model) =>
        Parsed.GetOrAdd(name, static name => Parser.Parse(Resource(name + ".liquid"))).Render(new TemplateContext(model, Options), Encoder);

    /// <summary>A file of <c>Reports/Templates</c>.</summary>
    internal static string Resource(string file)
    {
        using var stream = typeof(LiquidTemplate).Assembly.GetManifestResourceStream("LLaVAction.Reports.Templates." + file)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
