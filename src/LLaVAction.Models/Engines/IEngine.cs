using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Settings;

namespace LLaVAction.Models.Engines;

/// <summary>Makes models. The command line knows engines by this port alone.</summary>
public interface IEngine
{
    /// <summary><c>cpu</c> or <c>torch</c>.</summary>
    string Name { get; }

    /// <summary>Lines for <c>doctor</c>: what the engine found (SIMD, libraries, devices, memory, what is missing).</summary>
    IReadOnlyList<EngineFact> Inspect();

    /// <summary>Loads a checkpoint.</summary>
    /// <exception cref="InputException">The folder is not a checkpoint that can be run; the message says why.</exception>
    IVideoLanguageModel LoadModel(CheckpointPath path, ModelOptions options);

    /// <summary>
    /// Loads a checkpoint to look at its stages. Tokenizer files may be absent, and so may the language model
    /// (a folder of a vision tower alone).
    /// </summary>
    /// <exception cref="InputException">The folder is not a checkpoint that can be run; the message says why.</exception>
    IStagedModel LoadStagedModel(CheckpointPath path, ModelOptions options);

    /// <summary>Loads a recogniser's folder (<c>convert-recogniser</c>).</summary>
    /// <exception cref="InputException">The folder is no recogniser that can be run; the message says why.</exception>
    IActionRecognizer LoadRecognizer(string folder, ModelOptions options);
}

/// <summary>One line about an engine or a machine.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Value">What was found.</param>
/// <param name="IsUsable">False when something needed is missing, null when something optional is; then <paramref name="Value"/> says what to do.</param>
public sealed record EngineFact(string Name, string Value, bool? IsUsable = true);
