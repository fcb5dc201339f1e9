namespace LLaVAction.Models.Checkpoints;

/// <summary>How the patch grid of a frame is reduced by a stride of 2.</summary>
public enum PoolingMode
{
    /// <summary>Bilinear interpolation to sides rounded up (27 → 14), no antialiasing; the default.</summary>
    Bilinear,

    /// <summary>Means of 2 × 2 patches, sides rounded down (27 → 13).</summary>
    Average,

    /// <summary>Maxima of 2 × 2 patches, sides rounded down (27 → 13).</summary>
    Max,
}

/// <summary>Where the learned newline vector stands among a video's tokens.</summary>
public enum NewlineMode
{
    /// <summary>Nowhere.</summary>
    NoToken,

    /// <summary>Once, after the last frame; the default (OneVision).</summary>
    OneToken,

    /// <summary>After each row of each frame (LLaVA-Video, LLaVAction).</summary>
    Grid,

    /// <summary>After each frame.</summary>
    Frame,
}

/// <summary>Which of LLaVAction's learned action tokens follow a video's tokens (<c>vision_supervision</c>).</summary>
public enum ActionTokenMode
{
    /// <summary>None.</summary>
    None,

    /// <summary>One token, read by all three heads.</summary>
    OneToken,

    /// <summary>Three tokens: verb, noun, action.</summary>
    ThreeTokens,

    /// <summary>No token of its own: the heads read the last newline.</summary>
    Newline,
}

/// <summary>The names of the modes in configuration files and on the command line.</summary>
public static class VideoTokenModes
{
    /// <summary>The names <see cref="PoolingMode"/> has.</summary>
    public const string PoolingNames = "bilinear, average, max";

    /// <summary>The names <see cref="NewlineMode"/> has.</summary>
    public const string NewlineNames = "one_token, grid, frame, no_token";

    /// <summary>The names <see cref="ActionTokenMode"/> has.</summary>
    public const string ActionTokenNames = "none, one_token, three_tokens, newline";

    /// <summary>Side of a pooled grid: bilinear interpolation rounds up, windows drop an odd last row and column.</summary>
    public static int PooledSide(PoolingMode mode, int side) => mode == PoolingMode.Bilinear ? (side + 1) / 2 : side / 2;

    /// <summary>The mode of a name; null when no mode has it.</summary>
    public static PoolingMode? ParsePooling(string name) => name switch
    {
        "bilinear" => PoolingMode.Bilinear,
        "average" => PoolingMode.Average,
        "max" => PoolingMode.Max,
        _ => null,
    };

    /// <summary>The mode of a name; null when no mode has it.</summary>
    public static NewlineMode? ParseNewline(string name) => name switch
    {
        "one_token" => NewlineMode.OneToken,
        "grid" => NewlineMode.Grid,
        "frame" => NewlineMode.Frame,
        "no_token" => NewlineMode.NoToken,
        _ => null,
    };

    /// <summary>The mode of a name; null when no mode has it.</summary>
    public static ActionTokenMode? ParseActionToken(string name) => name switch
    {
        "none" => ActionTokenMode.None,
        "one_token" => ActionTokenMode.OneToken,
        "three_tokens" => ActionTokenMode.ThreeTokens,
        "newline" => ActionTokenMode.Newline,
        _ => null,
    };

    /// <summary>The name of a mode.</summary>
    public static string NameOf(PoolingMode mode) => mode switch
    {
        PoolingMode.Bilinear => "bilinear",
        PoolingMode.Average => "average",
        PoolingMode.Max => "max",
        _ => throw new ArgumentOutOfRangeException(nameof(mode)),
    };

    /// <summary>The name of a mode.</summary>
    public static string NameOf(NewlineMode mode) => mode switch
    {
        NewlineMode.OneToken => "one_token",
        NewlineMode.Grid => "grid",
        NewlineMode.Frame => "frame",
        NewlineMode.NoToken => "no_token",
        _ => throw new ArgumentOutOfRangeException(nameof(mode)),
    };

    /// <summary>The name of a mode.</summary>
    public static string NameOf(ActionTokenMode mode) => mode switch
    {
        ActionTokenMode.None => "none",
        ActionTokenMode.OneToken => "one_token",
        ActionTokenMode.ThreeTokens => "three_tokens",
        ActionTokenMode.Newline => "newline",
        _ => throw new ArgumentOutOfRangeException(nameof(mode)),
    };
}
