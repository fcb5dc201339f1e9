using System.Text;
using LLaVAction.Remote;
using LLaVAction.Reports;
using LLaVAction.Video.Frames;

namespace LLaVAction.Cli.Commands;

/// <summary>The page of <c>ask --frames-to</c>: question, answer, and the frames that the model saw; nothing is loaded from elsewhere.</summary>
internal static class AskPage
{
    private static readonly RemoteSettings Small = new() { LongestSide = 320, JpegQuality = 85 };

    public static byte[] ToBytes(AskOptions options, string prompt, IEnumerable<string> answer, ClipFrames frames)
    {
        var images = JpegFrames.Encode(frames, Small);
        return Encoding.UTF8.GetBytes(LiquidTemplate.Render("ask", new
        {
            Video = Path.GetFileName(options.Video),
            Interval = FormattableString.Invariant($"{options.From:0.###} to {options.To:0.###} s"),
            Prompt = prompt,
            Answer = string.Join('\n', answer),
            Frames = frames.Selections[options.Frames].Select(index => new { Jpeg = Convert.ToBase64String(images[index].Span), Seconds = FormattableString.Invariant($"{frames.Seconds[index]:0.00}") }).ToArray(),
        }));
    }
}
