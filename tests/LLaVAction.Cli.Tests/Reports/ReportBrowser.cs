using LLaVAction.Cli.Tests.Runs;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Runs;
using PuppeteerSharp;

namespace LLaVAction.Cli.Tests.Reports;

/// <summary>Reports of one run and of six, and the Chromium of the system to open them in.</summary>
public sealed class ReportBrowser : IAsyncLifetime, IDisposable
{
    /// <summary>A model's name that would show itself, were it not escaped.</summary>
    public const string Hostile = "<img src=\"http://127.0.0.1:9/leak\" onerror=\"document.title='run'\"><script>document.title='run'</script>";

    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    private readonly RunsFolder _runs = new();
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(static folder => Names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
        if (path is null)
        {
            return;
        }

        _browser = await Puppeteer.LaunchAsync(new LaunchOptions { ExecutablePath = path, Headless = true, Args = ["--no-sandbox", "--disable-gpu"] });
        string[] six = [Make("one", 0.6), Make("org/two", 0.4), Make("org/a-model-with-a-name-as-long-as-they-come-on-the-hub-32b", 0.5), Make("four", 0.3), Make(Hostile, 0.45), Make("one", 0.25, Control.Blind)];
        await WriteAsync("1", six[..1]);
        await WriteAsync("6", six);
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
    }

    public void Dispose() => _runs.Dispose();

    /// <summary>Opens the report of so many runs; what the page asked for or complained about goes into the list.</summary>
    public async Task<IPage> OpenAsync(int runs, int width, List<string>? complaints = null)
    {
        Skip.If(_browser is null, "needs Chromium; scripts/test.sh installs it");
        var page = await _browser.NewPageAsync();
        var address = new Uri(_runs[$"{runs}.html"]).AbsoluteUri;
        page.Console += (_, e) => complaints?.Add($"console: {e.Message.Text}");
        page.PageError += (_, e) => complaints?.Add($"error: {e.Message}");
        page.Dialog += (_, e) => complaints?.Add($"dialog: {e.Dialog.Message}");
        page.Request += (_, e) =>
        {
            if (e.Request.Url != address && !e.Request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                complaints?.Add($"request: {e.Request.Url}");
            }
        };
        await page.SetViewportAsync(new ViewPortOptions { Width = width, Height = 900 });
        await page.GoToAsync(address);
        return page;
    }

    private string Make(string model, double skill, Control control = Control.None) => _runs.Make(
        $"run-{Guid.NewGuid():N}", skill, seed: 3, identity: identity => identity with { Control = control, Model = identity.Model with { Name = model, Hash = model } });

    private async Task WriteAsync(string name, string[] runs)
    {
        var annotations = Path.Combine(Testing.Repository.Root, "data", "demo", "annotations");
        var result = await CliHost.RunAsync(["report", .. runs, "-o", _runs[$"{name}.html"], "--annotations-folder", annotations, "--date", "2026-03-01"]);
        Assert.True(result.ExitCode == 0, result.Error);
    }
}
