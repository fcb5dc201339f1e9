using LLaVAction.Cpu.Kernels;
using LLaVAction.Models.Sequences;

namespace LLaVAction.Cpu.Model;

/// <summary>The video's token sequence for one selection of a clip's frames, row by row, without a copy of the whole.</summary>
internal sealed class VisualTokenEmbeddings
{
    private readonly MatrixView _pooled;
    private readonly IReadOnlyList<int> _frames;
    private readonly int _patchesPerFrame;
    private readonly float[] _newline;
    private readonly WeightMatrix? _actionTokens;
    private readonly int[] _sequence;

    // Lays out pooled features [clip's frames · patches, hidden].
    public VisualTokenEmbeddings(
        MatrixView pooled, IReadOnlyList<int> frames, VisualTokenLayout layout, float[] newline, WeightMatrix? actionTokens)
    {
        _pooled = pooled;
        _frames = frames;
        _patchesPerFrame = layout.PatchesPerFrame;
        _newline = newline;
        _actionTokens = actionTokens;
        _sequence = layout.Sequence(frames.Count);
    }

    public int Length => _sequence.Length;

    public void ReadRow(int index, Span<float> target)
    {
        var source = _sequence[index];
        var newline = _frames.Count * _patchesPerFrame;
        if (source < newline)
        {
            _pooled.Row((_frames[source / _patchesPerFrame] * _patchesPerFrame) + (source % _patchesPerFrame)).CopyTo(target);
        }
        else if (source == newline)
        {
            _newline.CopyTo(target);
        }
        else
        {
            _actionTokens!.ReadRow(source - newline - 1, target);
        }
    }
}
