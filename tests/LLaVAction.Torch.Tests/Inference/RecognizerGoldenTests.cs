using LLaVAction.Models.Settings;
using LLaVAction.Testing.Conformance;

namespace LLaVAction.Torch.Tests.Inference;

/// <summary>AVION's recogniser on the torch engine.</summary>
public sealed class RecognizerGoldenTests() : RecognizerGoldens(static folder => TestEngine.Engine.LoadRecognizer(folder, new ModelOptions { Device = "cpu" }));
