using System.Globalization;
using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Models.Settings;

/// <summary>Whether a checkpoint holds the learned tokens that the settings in force put among a video's tokens.</summary>
public static class VideoTokenRequirements
{
    /// <summary>Checks a checkpoint.</summary>
    /// <exception cref="InputException">The settings ask for a tensor that the checkpoint lacks.</exception>
    public static void Check(Checkpoint checkpoint, ModelSettings settings)
    {
        if (settings.Newline != NewlineMode.NoToken && !checkpoint.Tensors.ContainsKey(CanonicalNames.ImageNewline))
        {
            throw new InputException(
                $"{checkpoint.Folder}: newline mode '{VideoTokenModes.NameOf(settings.Newline)}' needs the tensor '{CanonicalNames.ImageNewline}', which the checkpoint lacks. Use newline mode 'no_token'.");
        }

        var wanted = settings.ActionToken switch
        {
            ActionTokenMode.OneToken => 1,
            ActionTokenMode.ThreeTokens => 3,
            _ => 0,
        };
        var stored = checkpoint.Tensors.TryGetValue(CanonicalNames.ActionSupervision, out var tokens) ? tokens.Shape[0] : 0;
        if (stored < wanted)
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{checkpoint.Folder}: action token mode '{VideoTokenModes.NameOf(settings.ActionToken)}' needs {wanted} row(s) of '{CanonicalNames.ActionSupervision}'; the checkpoint has {stored}. Use action token mode 'none'."));
        }
    }
}
