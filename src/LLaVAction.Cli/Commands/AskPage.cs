using System.Text;
using LLaVAction.Reports;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Resizing;

namespace LLaVAction.Cli.Commands;

/// <summary>The page of <c>ask --frames-to</c>: question, answer, and the frames that the model saw; nothing is loaded from elsewhere.</summary>
internal static class AskPage
{
    private const int Width = 320;

    public static byte[] ToBytes(AskOptions options, string prompt, IEnumerable<string> answer, ClipFrames frames)
    {
        var page = new HtmlText()
            .Markup("<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>").Text(Path.GetFileName(options.Video))
            .Markup("</title>\n<style>body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:1rem auto;padding:0 1rem}pre{white-space:pre-wrap;background:#f6f8fa;padding:.75rem}figure{display:inline-block;margin:.25rem}figcaption{font-size:.85rem;color:#57606a}</style>\n")
            .Element("h1", FormattableString.Invariant($"{Path.GetFileName(options.Video)}, {options.From:0.###} to {options.To:0.###} s"))
            .Element("h2", "Prompt").Element("pre", prompt)
            .Element("h2", "Answer").Element("pre", string.Join('\n', answer))
            .Element("h2", "Frames");
        foreach (var index in frames.Selections[options.Frames])
        {
            page.Markup("<figure><img alt=\"\" src=\"data:image/png;base64,").Markup(Convert.ToBase64String(Shrink(frames, index))).Markup("\">")
                .Element("figcaption", FormattableString.Invariant($"{frames.Seconds[index]:0.00} s")).Markup("</figure>\n");
        }

        return Encoding.UTF8.GetBytes(page.Markup("</html>\n").ToString());
    }

    private static byte[] Shrink(ClipFrames frames, int index)
    {
        var width = Math.Min(Width, frames.Width);
        var height = Math.Max(1, (int)Math.Round((double)width * frames.Height / frames.Width, MidpointRounding.AwayFromZero));
        var small = new byte[width * height * 3];
        BicubicResize.Resize(frames.Frames[index].Span, frames.Width, frames.Height, small, width, height);
        return PngEncoder.Encode(small, width, height);
    }
}
