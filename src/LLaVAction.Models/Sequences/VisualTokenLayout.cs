using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Models.Sequences;

/// <summary>
/// In which order pooled patches, newlines and action tokens form the video's token sequence (llava_arch.py,
/// <c>add_token_per_grid</c>, <c>add_token_per_frame</c>, and LLaVAction's <c>vision_supervision</c>).
/// </summary>
/// <param name="PooledSide">Pooled patches along one side of a frame.</param>
/// <param name="Newline">Where the newline vector goes.</param>
/// <param name="ActionToken">Which action tokens follow.</param>
public sealed record VisualTokenLayout(int PooledSide, NewlineMode Newline, ActionTokenMode ActionToken)
{
    /// <summary>The layout of a checkpoint's own settings.</summary>
    public static VisualTokenLayout Of(ModelConfiguration configuration)
        => Of(configuration.Vision, configuration.Pooling, configuration.Newline, configuration.ActionToken);

    /// <summary>The layout of a vision tower's frames under given settings.</summary>
    public static VisualTokenLayout Of(VisionConfiguration vision, PoolingMode pooling, NewlineMode newline, ActionTokenMode actionToken)
        => new(VideoTokenModes.PooledSide(pooling, vision.GridSide), newline, actionToken);

    /// <summary>How many action tokens are appended.</summary>
    public int ActionTokenCount => ActionToken switch
    {
        ActionTokenMode.OneToken => 1,
        ActionTokenMode.ThreeTokens => 3,
        _ => 0,
    };

    /// <summary>How many of the last visual tokens the action heads read: three, one, or none without heads' tokens.</summary>
    public int ActionReadoutCount => ActionToken == ActionTokenMode.Newline ? 1 : ActionTokenCount;

    /// <summary>Patches of one pooled frame.</summary>
    public int PatchesPerFrame => PooledSide * PooledSide;

    /// <summary>How many visual tokens that many frames become.</summary>
    public int Count(int frames)
    {
        var newlines = Newline switch
        {
            NewlineMode.OneToken => 1,
            NewlineMode.Grid => frames * PooledSide,
            NewlineMode.Frame => frames,
            _ => 0,
        };
        return (frames * PatchesPerFrame) + newlines + ActionTokenCount;
    }

    /// <summary>
    /// The sequence as row indices into the concatenation of the pooled patches of all frames [frames × patches], the
    /// newline [1] and the action tokens.
    /// </summary>
    public int[] Sequence(int frames)
    {
        var patches = frames * PatchesPerFrame;
        var newline = patches;
        var sequence = new int[Count(frames)];
        var next = 0;
        for (var patch = 0; patch < patches; patch++)
        {
            sequence[next++] = patch;
            var endsRow = (patch + 1) % PooledSide == 0;
            var endsFrame = (patch + 1) % PatchesPerFrame == 0;
            if ((endsRow && Newline == NewlineMode.Grid) || (endsFrame && Newline == NewlineMode.Frame))
            {
                sequence[next++] = newline;
            }
        }

        if (Newline == NewlineMode.OneToken)
        {
            sequence[next++] = newline;
        }

        for (var token = 0; token < ActionTokenCount; token++)
        {
            sequence[next++] = newline + 1 + token;
        }

        return sequence;
    }
}
