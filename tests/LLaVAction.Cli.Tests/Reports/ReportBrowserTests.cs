using System.Text;
using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using PuppeteerSharp;

namespace LLaVAction.Cli.Tests.Reports;

/// <summary>The report as a reader meets it, in a real browser.</summary>
public sealed class ReportBrowserTests(ReportBrowser browser) : IClassFixture<ReportBrowser>
{
    [SkippableTheory]
    [InlineData(1)]
    [InlineData(6)]
    public async Task A_report_loads_in_silence_and_asks_for_nothing_from_outside(int runs)
    {
        var complaints = new List<string>();
        await using var page = await browser.OpenAsync(runs, 1200, complaints);

        Assert.Empty(complaints);
        Assert.StartsWith("LLaVAction report: one", await page.GetTitleAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await page.EvaluateExpressionAsync<int>("document.querySelectorAll('img').length"));
    }

    [SkippableTheory]
    [InlineData(1, 390)]
    [InlineData(1, 1200)]
    [InlineData(6, 390)]
    [InlineData(6, 1200)]
    public async Task Nothing_overflows(int runs, int width)
    {
        await using var page = await browser.OpenAsync(runs, width);
        await page.EvaluateExpressionAsync("document.querySelectorAll('details').forEach(part => { part.open = true; })");

        Assert.True(await page.EvaluateExpressionAsync<int>("document.documentElement.scrollWidth") <= width);

        // Only what is meant to may scroll sideways, and no letter leaves its figure.
        Assert.Empty(await page.EvaluateExpressionAsync<string[]>(
            "[...document.querySelectorAll('p, h1, h2, h3, li, pre, article, summary, label')].filter(it => it.offsetParent && it.scrollWidth > it.clientWidth + 1 && getComputedStyle(it).display !== 'inline').map(it => it.outerHTML.slice(0, 200))"));
        Assert.Empty(await page.EvaluateExpressionAsync<string[]>("""
            [...document.querySelectorAll('svg.figure text')].filter(text => {
              const inner = text.getBoundingClientRect(), outer = text.closest('svg').getBoundingClientRect();
              return inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
            }).map(text => text.textContent)
            """));
    }

    [SkippableFact]
    public async Task A_folded_table_opens_and_sorts_by_keyboard()
    {
        await using var page = await browser.OpenAsync(6, 1200);
        await page.FocusAsync("details:has(table.sortable) summary");
        await page.Keyboard.PressAsync("Enter");
        Assert.True(await page.EvaluateExpressionAsync<bool>("document.querySelector('details:has(table.sortable)').open"));

        // From the summary, Tab leads over the table's region to its headings.
        var column = await page.EvaluateExpressionAsync<int>("[...document.querySelectorAll('details:has(table.sortable) table')[0].tHead.rows[0].cells].findIndex(it => it.textContent === 'Accuracy')");
        await page.Keyboard.PressAsync("Tab");
        for (var heading = 0; heading <= column; heading++)
        {
            await page.Keyboard.PressAsync("Tab");
        }

        Assert.Equal("Accuracy", await page.EvaluateExpressionAsync<string>("document.activeElement.textContent"));
        var before = await ValuesAsync();
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("ascending", await page.EvaluateExpressionAsync<string>("document.activeElement.closest('th').getAttribute('aria-sort')"));
        Assert.Equal(before.Order(), await ValuesAsync());
        Assert.NotEqual(before.Order(), before);
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal(before.OrderDescending(), await ValuesAsync());

        Task<double[]> ValuesAsync() => page.EvaluateExpressionAsync<double[]>(
            $"[...document.querySelectorAll('details:has(table.sortable) table')[0].tBodies[0].rows].map(row => parseFloat(row.cells[{column}].textContent))");
    }

    [SkippableFact]
    public async Task A_long_table_shows_its_first_rows_until_asked_for_all()
    {
        await using var page = await browser.OpenAsync(6, 1200);
        await page.EvaluateExpressionAsync("document.querySelectorAll('details').forEach(part => { part.open = true; })");
        const string Visible = "[...document.querySelector('[aria-labelledby=\"table-pairs\"].sortable').tBodies[0].rows].filter(row => row.offsetParent).length";
        var all = await page.EvaluateExpressionAsync<int>("document.querySelector('[aria-labelledby=\"table-pairs\"].sortable').tBodies[0].rows.length");

        Assert.Equal((40, true), (await page.EvaluateExpressionAsync<int>(Visible), all > 45));
        await page.EvaluateExpressionAsync("document.querySelector('.scroll:has(> [aria-labelledby=\"table-pairs\"]) + button.more').focus()");
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal(all, await page.EvaluateExpressionAsync<int>(Visible));
    }

    [SkippableFact]
    public async Task Examples_are_narrowed_down_by_keyboard()
    {
        await using var page = await browser.OpenAsync(1, 390);
        const string Shown = "[...document.querySelectorAll('article.example')].filter(it => it.offsetParent)";
        Assert.Equal("12 of 48 examples", await page.EvaluateExpressionAsync<string>("document.querySelector('#example-filter output').textContent"));

        await page.FocusAsync("#example-filter select[name=answer]");
        await page.Keyboard.TypeAsync("correct");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("tim");
        await page.Keyboard.PressAsync("Tab");

        var shown = await page.EvaluateExpressionAsync<string[]>($"{Shown}.map(it => it.dataset.answer + ' ' + it.dataset.strategy)");
        Assert.NotEmpty(shown);
        Assert.All(shown, static example => Assert.Equal("correct tim", example));
        Assert.Matches($"^{shown.Length} of [0-9]+ examples$", await page.EvaluateExpressionAsync<string>("document.querySelector('#example-filter output').textContent"));

        // One verb as well: what is shown is of that verb, and something is.
        var verb = await page.EvaluateExpressionAsync<string>($"{Shown}[0].dataset.verb");
        await page.SelectAsync("#example-filter select[name=verb]", verb);
        var verbs = await page.EvaluateExpressionAsync<string[]>($"{Shown}.map(it => it.dataset.verb)");
        Assert.NotEmpty(verbs);
        Assert.All(verbs, other => Assert.Equal(verb, other));
    }

    [SkippableTheory]
    [InlineData(1, 6)]
    [InlineData(6, 12)]
    public async Task The_printed_report_is_short(int runs, int most)
    {
        await using var page = await browser.OpenAsync(runs, 1200);

        var pdf = Encoding.Latin1.GetString(await page.PdfDataAsync(new PdfOptions { PreferCSSPageSize = true }));

        Assert.InRange(Regex.Count(pdf, "/Type\\s*/Page\\b"), 2, most);
    }

    [SkippableTheory]
    [InlineData(1, "light")]
    [InlineData(1, "dark")]
    [InlineData(6, "light")]
    public async Task Contrast_labels_and_structure_pass_axe(int runs, string colours)
    {
        await using var page = await browser.OpenAsync(runs, 1200);
        await page.EmulateMediaFeaturesAsync([new MediaFeatureValue { MediaFeature = MediaFeature.PrefersColorScheme, Value = colours }]);
        await page.EvaluateExpressionAsync("document.querySelectorAll('details').forEach(part => { part.open = true; })");
        await page.EvaluateExpressionAsync(new BundledAxeScriptProvider().GetScript());

        var result = await page.EvaluateFunctionAsync<string[]>("""
            async () => {
              const result = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] });
              return [`${result.passes.some(rule => rule.id === 'color-contrast')}`, ...result.violations.map(rule => `${rule.id}: ${rule.nodes[0].html.slice(0, 200)}`)];
            }
            """);

        Assert.Equal(["true"], result);
    }
}
