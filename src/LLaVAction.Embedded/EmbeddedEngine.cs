using System.Globalization;
using LLaVAction.Embedded.Model;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Ports;
using LLaVAction.Models.Settings;

namespace LLaVAction.Embedded;

/// <summary>The embedded stack: managed C# on the CPU, in float32, with nothing to install but ffmpeg.</summary>
public sealed class EmbeddedEngine
{
    /// <summary>Loads the stages of a checkpoint.</summary>
    public static IStagedModel LoadStagedModel(string checkpointFolder, ModelOptions options)
        => new EmbeddedStagedModel(Load(checkpointFolder, options, null, out _));

    private static LlavaModel Load(string folder, ModelOptions options, ITokenizer? tokenizer, out ModelSettings own)
    {
        RequireSupported(options);
        Checkpoint checkpoint = Checkpoint.Open(folder);
        try
        {
            own = ModelSettings.Of(checkpoint.Configuration, tokenizer);
            return LlavaModelLoader.Load(checkpoint, own.With(options, checkpoint.Configuration, tokenizer), options.Threads);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    private static void RequireSupported(ModelOptions options)
    {
        if (options.Device is not ("auto" or "cpu"))
        {
            throw new InputException($"The embedded engine runs on the CPU, not on device '{options.Device}'. Use --device cpu, or --engine torch.");
        }

        if (options.Precision is not ("auto" or "float32"))
        {
            throw new InputException(
                $"The embedded engine computes in float32 (weights stay as stored), not in '{options.Precision}'. Use --precision float32, or --engine torch.");
        }

        if (options.Threads is < 1)
        {
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"--threads {options.Threads}: expected 1 or more."));
        }
    }
}
