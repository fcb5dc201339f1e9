using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Cpu.Model;

/// <summary>The input of a decoder: tokens before a video, the video, tokens after it. Any part may be empty.</summary>
internal sealed class InputSequence(
    WeightMatrix embedTokens, IReadOnlyList<int> beforeVideo, VisualTokenEmbeddings? video, ReadOnlyMemory<int> afterVideo)
{
    private readonly int _videoLength = video?.Length ?? 0;

    public int Length => beforeVideo.Count + _videoLength + afterVideo.Length;

    public void Embed(int firstPosition, MatrixView target)
    {
        for (var row = 0; row < target.Rows; row++)
        {
            var position = firstPosition + row;
            var afterPosition = position - beforeVideo.Count - _videoLength;
            if (position < beforeVideo.Count)
            {
                embedTokens.ReadRow(beforeVideo[position], target.Row(row));
            }
            else if (afterPosition < 0)
            {
                video!.ReadRow(position - beforeVideo.Count, target.Row(row));
            }
            else
            {
                embedTokens.ReadRow(afterVideo.Span[afterPosition], target.Row(row));
            }
        }
    }
}
